using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AppProxy.Gateway.Storage.Migrations;

/// <summary>The gateway's keys, and its connectors.</summary>
[DbContext(typeof(StoreContext))]
[Migration("20261122010000_Connectors")]
[SuppressMessage("Performance", "CA1812", Justification = "Found by its attribute.")]
internal sealed class Connectors : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "SigningKeys",
            static table => new
            {
                Sequence = table.Column<int>(),
                Id = table.Column<string>(maxLength: 128),
                PrivateKey = table.Column<string>(nullable: true),
                CreatedAt = table.Column<long>(),
                SignsFrom = table.Column<long>(),
                Succession = table.Column<string>(nullable: true),
            },
            constraints: static table => table.PrimaryKey("PK_SigningKeys", static row => row.Sequence));
        migrationBuilder.CreateTable(
            "EnrollmentTokens",
            static table => new
            {
                Id = table.Column<string>(maxLength: 128),
                Verifier = table.Column<string>(maxLength: 128),
                ConnectorGroup = table.Column<string>(maxLength: 128),
                ExpiresAt = table.Column<long>(),
                UsesLeft = table.Column<int>(),
            },
            constraints: static table => table.PrimaryKey("PK_EnrollmentTokens", static row => row.Id));
        migrationBuilder.CreateTable(
            "Connectors",
            static table => new
            {
                Id = table.Column<string>(maxLength: 128),
                Name = table.Column<string>(maxLength: 256),
                ConnectorGroup = table.Column<string>(maxLength: 128),
                PublicKey = table.Column<string>(),
                PreviousKey = table.Column<string>(nullable: true),
                EnrolledWith = table.Column<string>(maxLength: 128),
                EnrolledAt = table.Column<long>(),
                RevokedAt = table.Column<long>(nullable: true),
                BlockedAt = table.Column<long>(nullable: true),
                Instances = table.Column<string>(),
                Revision = table.Column<long>(),
            },
            constraints: static table => table.PrimaryKey("PK_Connectors", static row => row.Id));
        migrationBuilder.CreateTable(
            "ConnectorPresence",
            static table => new { ConnectorId = table.Column<string>(maxLength: 128), SeenAt = table.Column<long>(), Report = table.Column<string>() },
            constraints: static table =>
            {
                table.PrimaryKey("PK_ConnectorPresence", static row => row.ConnectorId);
                table.ForeignKey("FK_ConnectorPresence_Connectors_ConnectorId", static row => row.ConnectorId, "Connectors", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("IX_Connectors_Name", "Connectors", "Name", unique: true);
    }
}
