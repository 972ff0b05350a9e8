using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AppProxy.Gateway.Storage.Migrations;

/// <summary>The first schema. Types are those that the server has for the .NET type, so that one set of migrations serves all.</summary>
[DbContext(typeof(StoreContext))]
[Migration("20261122000000_Catalogue")]
[SuppressMessage("Performance", "CA1812", Justification = "Found by its attribute.")]
internal sealed class Catalogue : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "Catalogue",
            static table => new { Id = table.Column<int>(), Version = table.Column<long>() },
            constraints: static table => table.PrimaryKey("PK_Catalogue", static row => row.Id));
        migrationBuilder.CreateTable(
            "ConnectorGroups",
            static table => new { Name = table.Column<string>(maxLength: 128), Document = table.Column<string>() },
            constraints: static table => table.PrimaryKey("PK_ConnectorGroups", static row => row.Name));
        migrationBuilder.CreateTable(
            "Applications",
            static table => new
            {
                Id = table.Column<string>(maxLength: 128),
                DisplayName = table.Column<string>(maxLength: 256),
                ConnectorGroup = table.Column<string>(maxLength: 128, nullable: true),
                Document = table.Column<string>(),
                SettingsVersion = table.Column<long>(),
            },
            constraints: static table =>
            {
                table.PrimaryKey("PK_Applications", static row => row.Id);
                table.ForeignKey("FK_Applications_ConnectorGroups_ConnectorGroup", static row => row.ConnectorGroup, "ConnectorGroups", "Name", onDelete: ReferentialAction.Restrict);
            });
        migrationBuilder.CreateTable(
            "AppRoleAssignments",
            static table => new
            {
                ApplicationId = table.Column<string>(maxLength: 128),
                PrincipalId = table.Column<string>(maxLength: 128),
                AppRoleId = table.Column<string>(maxLength: 128),
                PrincipalType = table.Column<string>(maxLength: 32),
                PrincipalDisplayName = table.Column<string>(maxLength: 256, nullable: true),
            },
            constraints: static table =>
            {
                table.PrimaryKey("PK_AppRoleAssignments", static row => new { row.ApplicationId, row.PrincipalId, row.AppRoleId });
                table.ForeignKey("FK_AppRoleAssignments_Applications_ApplicationId", static row => row.ApplicationId, "Applications", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateTable(
            "Policies",
            static table => new { Id = table.Column<string>(maxLength: 128), DisplayName = table.Column<string>(maxLength: 256), Document = table.Column<string>() },
            constraints: static table => table.PrimaryKey("PK_Policies", static row => row.Id));
        migrationBuilder.CreateIndex("IX_Applications_ConnectorGroup", "Applications", "ConnectorGroup");
        migrationBuilder.CreateIndex("IX_Applications_DisplayName", "Applications", "DisplayName");
        migrationBuilder.CreateIndex("IX_AppRoleAssignments_PrincipalId", "AppRoleAssignments", "PrincipalId");
        migrationBuilder.Sql("""INSERT INTO "Catalogue" ("Id", "Version") VALUES (1, 0);""");
    }
}
