using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AppProxy.Gateway.Storage.Migrations;

/// <summary>The key that a connector had before, to recognise who has a copy of it.</summary>
[DbContext(typeof(StoreContext))]
[Migration("20261123092000_RetiredKeys")]
[SuppressMessage("Performance", "CA1812", Justification = "Found by its attribute.")]
internal sealed class RetiredKeys : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        "RetiredConnectorKeys",
        static table => new { ConnectorId = table.Column<string>(maxLength: 128), PublicKey = table.Column<string>() },
        constraints: static table =>
        {
            table.PrimaryKey("PK_RetiredConnectorKeys", static row => row.ConnectorId);
            table.ForeignKey("FK_RetiredConnectorKeys_Connectors_ConnectorId", static row => row.ConnectorId, "Connectors", "Id", onDelete: ReferentialAction.Cascade);
        });
}
