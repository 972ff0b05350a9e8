CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" TEXT NOT NULL CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY,
    "ProductVersion" TEXT NOT NULL
);

CREATE TABLE "Catalogue" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Catalogue" PRIMARY KEY,
    "Version" INTEGER NOT NULL
);

CREATE TABLE "ConnectorGroups" (
    "Name" TEXT NOT NULL CONSTRAINT "PK_ConnectorGroups" PRIMARY KEY,
    "Document" TEXT NOT NULL
);

CREATE TABLE "Applications" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_Applications" PRIMARY KEY,
    "DisplayName" TEXT NOT NULL,
    "ConnectorGroup" TEXT NULL,
    "Document" TEXT NOT NULL,
    "SettingsVersion" INTEGER NOT NULL,
    CONSTRAINT "FK_Applications_ConnectorGroups_ConnectorGroup" FOREIGN KEY ("ConnectorGroup") REFERENCES "ConnectorGroups" ("Name") ON DELETE RESTRICT
);

CREATE TABLE "AppRoleAssignments" (
    "ApplicationId" TEXT NOT NULL,
    "PrincipalId" TEXT NOT NULL,
    "AppRoleId" TEXT NOT NULL,
    "PrincipalType" TEXT NOT NULL,
    "PrincipalDisplayName" TEXT NULL,
    CONSTRAINT "PK_AppRoleAssignments" PRIMARY KEY ("ApplicationId", "PrincipalId", "AppRoleId"),
    CONSTRAINT "FK_AppRoleAssignments_Applications_ApplicationId" FOREIGN KEY ("ApplicationId") REFERENCES "Applications" ("Id") ON DELETE CASCADE
);

CREATE TABLE "Policies" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_Policies" PRIMARY KEY,
    "DisplayName" TEXT NOT NULL,
    "Document" TEXT NOT NULL
);

CREATE INDEX "IX_Applications_ConnectorGroup" ON "Applications" ("ConnectorGroup");

CREATE INDEX "IX_Applications_DisplayName" ON "Applications" ("DisplayName");

CREATE INDEX "IX_AppRoleAssignments_PrincipalId" ON "AppRoleAssignments" ("PrincipalId");

INSERT INTO "Catalogue" ("Id", "Version") VALUES (1, 0);

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261122000000_Catalogue', '10.0.15');

