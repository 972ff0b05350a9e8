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
    }
}
