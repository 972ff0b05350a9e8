using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AppProxy.Gateway.Storage.Migrations;

/// <summary>Sessions, what belongs to them, and the key ring; locations for policies.</summary>
[DbContext(typeof(StoreContext))]
[Migration("20261122020000_SignIn")]
[SuppressMessage("Performance", "CA1812", Justification = "Found by its attribute.")]
internal sealed class SignIn : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "Sessions",
            static table => new
            {
                Id = table.Column<string>(maxLength: 128),
                Subject = table.Column<string>(maxLength: 256),
                ProviderSessionId = table.Column<string>(maxLength: 256, nullable: true),
                User = table.Column<string>(),
                IdToken = table.Column<string>(nullable: true),
                AuthenticatedAt = table.Column<long>(),
                LastSeenAt = table.Column<long>(),
                ExpiresAt = table.Column<long>(),
                EndedAt = table.Column<long>(nullable: true),
            },
            constraints: static table => table.PrimaryKey("PK_Sessions", static row => row.Id));
        migrationBuilder.CreateTable(
            "SessionTokens",
            static table => new { Hash = table.Column<string>(maxLength: 64), SessionId = table.Column<string>(maxLength: 128), Host = table.Column<string>(maxLength: 256) },
            constraints: static table =>
            {
                table.PrimaryKey("PK_SessionTokens", static row => row.Hash);
                table.ForeignKey("FK_SessionTokens_Sessions_SessionId", static row => row.SessionId, "Sessions", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateTable(
            "HandOffCodes",
            static table => new
            {
                Hash = table.Column<string>(maxLength: 64),
                SessionId = table.Column<string>(maxLength: 128),
                Host = table.Column<string>(maxLength: 256),
                Binding = table.Column<string>(maxLength: 64),
                ExpiresAt = table.Column<long>(),
            },
            constraints: static table =>
            {
                table.PrimaryKey("PK_HandOffCodes", static row => row.Hash);
                table.ForeignKey("FK_HandOffCodes_Sessions_SessionId", static row => row.SessionId, "Sessions", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateTable(
            "KeptRequests",
            static table => new
            {
                Id = table.Column<string>(maxLength: 128),
                Subject = table.Column<string>(maxLength: 256),
                Host = table.Column<string>(maxLength: 256),
                Content = table.Column<string>(),
                ExpiresAt = table.Column<long>(),
            },
            constraints: static table => table.PrimaryKey("PK_KeptRequests", static row => row.Id));
        migrationBuilder.CreateTable(
            "DataProtectionKeys",
            static table => new { Id = table.Column<string>(maxLength: 256), Xml = table.Column<string>() },
            constraints: static table => table.PrimaryKey("PK_DataProtectionKeys", static row => row.Id));
        migrationBuilder.CreateTable(
            "NamedLocations",
            static table => new { Id = table.Column<string>(maxLength: 128), DisplayName = table.Column<string>(maxLength: 256), Document = table.Column<string>() },
            constraints: static table => table.PrimaryKey("PK_NamedLocations", static row => row.Id));
        foreach (var (table, column) in (ReadOnlySpan<(string, string)>)
            [
                ("Sessions", "Subject"), ("Sessions", "ProviderSessionId"), ("Sessions", "EndedAt"), ("Sessions", "ExpiresAt"), ("SessionTokens", "SessionId"),
                ("HandOffCodes", "SessionId"), ("HandOffCodes", "ExpiresAt"), ("KeptRequests", "ExpiresAt"),
            ])
        {
            migrationBuilder.CreateIndex($"IX_{table}_{column}", table, column);
        }
    }
}
