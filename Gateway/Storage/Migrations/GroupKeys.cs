using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AppProxy.Gateway.Storage.Migrations;

/// <summary>The keys with which frames are sealed on a broker of somebody else's.</summary>
[DbContext(typeof(StoreContext))]
[Migration("20261123020000_GroupKeys")]
[SuppressMessage("Performance", "CA1812", Justification = "Found by its attribute.")]
internal sealed class GroupKeys : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
        => migrationBuilder.CreateTable(
            "GroupKeys",
            static table => new
            {
                ConnectorGroup = table.Column<string>(maxLength: 128),
                Sequence = table.Column<int>(),
                Secret = table.Column<string>(maxLength: 128),
                SealsFrom = table.Column<long>(),
                EndsAt = table.Column<long>(nullable: true),
            },
            constraints: static table => table.PrimaryKey("PK_GroupKeys", static row => new { row.ConnectorGroup, row.Sequence }));
}
