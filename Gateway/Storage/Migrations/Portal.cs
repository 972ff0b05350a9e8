using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AppProxy.Gateway.Storage.Migrations;

/// <summary>From where sessions began; who asks for which app.</summary>
[DbContext(typeof(StoreContext))]
[Migration("20261123040000_Portal")]
[SuppressMessage("Performance", "CA1812", Justification = "Found by its attribute.")]
internal sealed class Portal : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "SessionClients",
            static table => new
            {
                SessionId = table.Column<string>(maxLength: 128),
                Address = table.Column<string>(maxLength: 64, nullable: true),
                UserAgent = table.Column<string>(maxLength: 256, nullable: true),
            },
            constraints: static table =>
            {
                table.PrimaryKey("PK_SessionClients", static row => row.SessionId);
                table.ForeignKey("FK_SessionClients_Sessions_SessionId", static row => row.SessionId, "Sessions", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateTable(
            "AccessRequests",
            static table => new
            {
                Id = table.Column<string>(maxLength: 128),
                ApplicationId = table.Column<string>(maxLength: 128),
                PrincipalId = table.Column<string>(maxLength: 128),
                UserPrincipalName = table.Column<string>(maxLength: 256),
                DisplayName = table.Column<string>(maxLength: 256),
                Reason = table.Column<string>(maxLength: 500),
                State = table.Column<string>(maxLength: 32),
                RequestedAt = table.Column<long>(),
                DecidedAt = table.Column<long>(nullable: true),
            },
            constraints: static table => table.PrimaryKey("PK_AccessRequests", static row => row.Id));
        migrationBuilder.CreateIndex("IX_AccessRequests_PrincipalId_ApplicationId", "AccessRequests", ["PrincipalId", "ApplicationId"], unique: true);
        migrationBuilder.CreateIndex("IX_AccessRequests_State", "AccessRequests", "State");
    }
}
