using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AppProxy.Gateway.Storage.Migrations;

/// <summary>The embedded directory: users and groups, what they sign in with, and what OpenIddict keeps.</summary>
[DbContext(typeof(StoreContext))]
[Migration("20261123000000_Directory")]
[SuppressMessage("Performance", "CA1812", Justification = "Found by its attribute.")]
internal sealed class DirectoryAccounts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        CreateAccounts(migrationBuilder);
        CreateProvider(migrationBuilder);
    }

    private static void CreateAccounts(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "DirectoryUsers",
            static table => new
            {
                Id = table.Column<string>(maxLength: 128),
                DisplayName = table.Column<string>(maxLength: 256),
                IsDisabled = table.Column<bool>(),
                MustUseTwoSteps = table.Column<bool>(),
                IsOwner = table.Column<bool>(),
                UsedCodes = table.Column<string>(nullable: true),
                UserName = table.Column<string>(maxLength: 256, nullable: true),
                NormalizedUserName = table.Column<string>(maxLength: 256, nullable: true),
                Email = table.Column<string>(maxLength: 256, nullable: true),
                PasswordHash = table.Column<string>(nullable: true),
                SecurityStamp = table.Column<string>(nullable: true),
                ConcurrencyStamp = table.Column<string>(nullable: true),
                TwoFactorEnabled = table.Column<bool>(),
            },
            constraints: static table => table.PrimaryKey("PK_DirectoryUsers", static row => row.Id));
        migrationBuilder.CreateTable(
            "DirectoryGroups",
            static table => new
            {
                Id = table.Column<string>(maxLength: 128),
                Name = table.Column<string>(maxLength: 256, nullable: true),
                NormalizedName = table.Column<string>(maxLength: 256, nullable: true),
                ConcurrencyStamp = table.Column<string>(nullable: true),
            },
            constraints: static table => table.PrimaryKey("PK_DirectoryGroups", static row => row.Id));
        migrationBuilder.CreateTable(
            "DirectoryMemberships",
            static table => new { UserId = table.Column<string>(maxLength: 128), GroupId = table.Column<string>(maxLength: 128) },
            constraints: static table =>
            {
                table.PrimaryKey("PK_DirectoryMemberships", static row => new { row.UserId, row.GroupId });
                table.ForeignKey("FK_DirectoryMemberships_DirectoryGroups_GroupId", static row => row.GroupId, "DirectoryGroups", "Id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("FK_DirectoryMemberships_DirectoryUsers_UserId", static row => row.UserId, "DirectoryUsers", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateTable(
            "DirectoryUserTokens",
            static table => new
            {
                UserId = table.Column<string>(maxLength: 128),
                LoginProvider = table.Column<string>(maxLength: 128),
                Name = table.Column<string>(maxLength: 128),
                Value = table.Column<string>(nullable: true),
            },
            constraints: static table =>
            {
                table.PrimaryKey("PK_DirectoryUserTokens", static row => new { row.UserId, row.LoginProvider, row.Name });
                table.ForeignKey("FK_DirectoryUserTokens_DirectoryUsers_UserId", static row => row.UserId, "DirectoryUsers", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateTable(
            "DirectoryPasskeys",
            static table => new { CredentialId = table.Column<byte[]>(maxLength: 1023), UserId = table.Column<string>(maxLength: 128), Data = table.Column<string>() },
            constraints: static table =>
            {
                table.PrimaryKey("PK_DirectoryPasskeys", static row => row.CredentialId);
                table.ForeignKey("FK_DirectoryPasskeys_DirectoryUsers_UserId", static row => row.UserId, "DirectoryUsers", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateTable(
            "DirectoryLinks",
            static table => new { Hash = table.Column<string>(maxLength: 64), UserId = table.Column<string>(maxLength: 128, nullable: true), ExpiresAt = table.Column<long>() },
            constraints: static table =>
            {
                table.PrimaryKey("PK_DirectoryLinks", static row => row.Hash);
                table.ForeignKey("FK_DirectoryLinks_DirectoryUsers_UserId", static row => row.UserId, "DirectoryUsers", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("IX_DirectoryUsers_NormalizedUserName", "DirectoryUsers", "NormalizedUserName", unique: true);
        migrationBuilder.CreateIndex("IX_DirectoryGroups_NormalizedName", "DirectoryGroups", "NormalizedName", unique: true);
        migrationBuilder.CreateIndex("IX_DirectoryMemberships_GroupId", "DirectoryMemberships", "GroupId");
        migrationBuilder.CreateIndex("IX_DirectoryPasskeys_UserId", "DirectoryPasskeys", "UserId");
        migrationBuilder.CreateIndex("IX_DirectoryLinks_UserId", "DirectoryLinks", "UserId");
    }

    private static void CreateProvider(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "DirectoryClients",
            static table => new
            {
                Id = table.Column<string>(),
                ApplicationType = table.Column<string>(maxLength: 50, nullable: true),
                ClientId = table.Column<string>(maxLength: 100, nullable: true),
                ClientSecret = table.Column<string>(nullable: true),
                ClientType = table.Column<string>(maxLength: 50, nullable: true),
                ConcurrencyToken = table.Column<string>(maxLength: 50, nullable: true),
                ConsentType = table.Column<string>(maxLength: 50, nullable: true),
                DisplayName = table.Column<string>(nullable: true),
                DisplayNames = table.Column<string>(nullable: true),
                JsonWebKeySet = table.Column<string>(nullable: true),
                Permissions = table.Column<string>(nullable: true),
                PostLogoutRedirectUris = table.Column<string>(nullable: true),
                Properties = table.Column<string>(nullable: true),
                RedirectUris = table.Column<string>(nullable: true),
                Requirements = table.Column<string>(nullable: true),
                Settings = table.Column<string>(nullable: true),
            },
            constraints: static table => table.PrimaryKey("PK_DirectoryClients", static row => row.Id));
        migrationBuilder.CreateTable(
            "DirectoryScopes",
            static table => new
            {
                Id = table.Column<string>(),
                ConcurrencyToken = table.Column<string>(maxLength: 50, nullable: true),
                Description = table.Column<string>(nullable: true),
                Descriptions = table.Column<string>(nullable: true),
                DisplayName = table.Column<string>(nullable: true),
                DisplayNames = table.Column<string>(nullable: true),
                Name = table.Column<string>(maxLength: 200, nullable: true),
                Properties = table.Column<string>(nullable: true),
                Resources = table.Column<string>(nullable: true),
            },
            constraints: static table => table.PrimaryKey("PK_DirectoryScopes", static row => row.Id));
        migrationBuilder.CreateTable(
            "DirectoryGrants",
            static table => new
            {
                Id = table.Column<string>(),
                ApplicationId = table.Column<string>(nullable: true),
                ConcurrencyToken = table.Column<string>(maxLength: 50, nullable: true),
                CreationDate = table.Column<long>(nullable: true),
                Properties = table.Column<string>(nullable: true),
                Scopes = table.Column<string>(nullable: true),
                Status = table.Column<string>(maxLength: 50, nullable: true),
                Subject = table.Column<string>(maxLength: 400, nullable: true),
                Type = table.Column<string>(maxLength: 50, nullable: true),
            },
            constraints: static table =>
            {
                table.PrimaryKey("PK_DirectoryGrants", static row => row.Id);
                table.ForeignKey("FK_DirectoryGrants_DirectoryClients_ApplicationId", static row => row.ApplicationId, "DirectoryClients", "Id");
            });
        migrationBuilder.CreateTable(
            "DirectoryTokens",
            static table => new
            {
                Id = table.Column<string>(),
                ApplicationId = table.Column<string>(nullable: true),
                AuthorizationId = table.Column<string>(nullable: true),
                ConcurrencyToken = table.Column<string>(maxLength: 50, nullable: true),
                CreationDate = table.Column<long>(nullable: true),
                ExpirationDate = table.Column<long>(nullable: true),
                Payload = table.Column<string>(nullable: true),
                Properties = table.Column<string>(nullable: true),
                RedemptionDate = table.Column<long>(nullable: true),
                ReferenceId = table.Column<string>(maxLength: 100, nullable: true),
                Status = table.Column<string>(maxLength: 50, nullable: true),
                Subject = table.Column<string>(maxLength: 400, nullable: true),
                Type = table.Column<string>(maxLength: 150, nullable: true),
            },
            constraints: static table =>
            {
                table.PrimaryKey("PK_DirectoryTokens", static row => row.Id);
                table.ForeignKey("FK_DirectoryTokens_DirectoryClients_ApplicationId", static row => row.ApplicationId, "DirectoryClients", "Id");
                table.ForeignKey("FK_DirectoryTokens_DirectoryGrants_AuthorizationId", static row => row.AuthorizationId, "DirectoryGrants", "Id");
            });
        string[] looked = ["ApplicationId", "Status", "Subject", "Type"];
        migrationBuilder.CreateIndex("IX_DirectoryClients_ClientId", "DirectoryClients", "ClientId", unique: true);
        migrationBuilder.CreateIndex("IX_DirectoryScopes_Name", "DirectoryScopes", "Name", unique: true);
        migrationBuilder.CreateIndex("IX_DirectoryGrants_ApplicationId_Status_Subject_Type", "DirectoryGrants", looked);
        migrationBuilder.CreateIndex("IX_DirectoryTokens_ApplicationId_Status_Subject_Type", "DirectoryTokens", looked);
        migrationBuilder.CreateIndex("IX_DirectoryTokens_AuthorizationId", "DirectoryTokens", "AuthorizationId");
        migrationBuilder.CreateIndex("IX_DirectoryTokens_ReferenceId", "DirectoryTokens", "ReferenceId", unique: true);
    }
}
