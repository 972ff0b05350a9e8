using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AppProxy.Gateway.Storage.Migrations;

/// <summary>Sessions of the directory that were ended before their cookies do.</summary>
[DbContext(typeof(StoreContext))]
[Migration("20261123050000_EndedSessions")]
[SuppressMessage("Performance", "CA1812", Justification = "Found by its attribute.")]
internal sealed class EndedSessions : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        "DirectoryEndedSessions",
        static table => new { Id = table.Column<string>(maxLength: 128), ExpiresAt = table.Column<long>() },
        constraints: static table => table.PrimaryKey("PK_DirectoryEndedSessions", static row => row.Id));
}
