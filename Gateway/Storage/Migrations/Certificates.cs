using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AppProxy.Gateway.Storage.Migrations;

/// <summary>What the gateway shows of itself to clients, by their hosts.</summary>
[DbContext(typeof(StoreContext))]
[Migration("20261123030000_Certificates")]
[SuppressMessage("Performance", "CA1812", Justification = "Found by its attribute.")]
internal sealed class Certificates : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        "Certificates",
        static table => new
        {
            Id = table.Column<string>(maxLength: 256),
            Certificates = table.Column<string>(),
            PrivateKey = table.Column<string>(),
            Revision = table.Column<long>(),
        },
        constraints: static table => table.PrimaryKey("PK_Certificates", static row => row.Id));
}
