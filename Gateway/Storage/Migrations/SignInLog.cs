using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AppProxy.Gateway.Storage.Migrations;

/// <summary>Who signed in, was turned away, or changed something.</summary>
[DbContext(typeof(StoreContext))]
[Migration("20261123010000_SignInLog")]
[SuppressMessage("Performance", "CA1812", Justification = "Found by its attribute.")]
internal sealed class SignInLog : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "SignInLog",
            static table => new
            {
                Id = table.Column<string>(maxLength: 64),
                At = table.Column<long>(),
                Kind = table.Column<string>(maxLength: 64),
                Outcome = table.Column<string>(maxLength: 64),
                User = table.Column<string>(maxLength: 256, nullable: true),
                UserName = table.Column<string>(maxLength: 256, nullable: true),
                App = table.Column<string>(maxLength: 256, nullable: true),
                Address = table.Column<string>(maxLength: 64, nullable: true),
                Policy = table.Column<string>(maxLength: 256, nullable: true),
                Reference = table.Column<string>(maxLength: 64, nullable: true),
                Detail = table.Column<string>(nullable: true),
            },
            constraints: static table => table.PrimaryKey("PK_SignInLog", static row => row.Id));
        migrationBuilder.CreateIndex("IX_SignInLog_At", "SignInLog", "At");
        migrationBuilder.CreateIndex("IX_SignInLog_Reference", "SignInLog", "Reference");
    }
}
