CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL,
    CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
);

CREATE TABLE "Catalogue" (
    "Id" integer NOT NULL,
    "Version" bigint NOT NULL,
    CONSTRAINT "PK_Catalogue" PRIMARY KEY ("Id")
);

CREATE TABLE "ConnectorGroups" (
    "Name" character varying(128) NOT NULL,
    "Document" text NOT NULL,
    CONSTRAINT "PK_ConnectorGroups" PRIMARY KEY ("Name")
);

CREATE TABLE "Applications" (
    "Id" character varying(128) NOT NULL,
    "DisplayName" character varying(256) NOT NULL,
    "ConnectorGroup" character varying(128),
    "Document" text NOT NULL,
    "SettingsVersion" bigint NOT NULL,
    CONSTRAINT "PK_Applications" PRIMARY KEY ("Id"),
    CONSTRAINT "FK_Applications_ConnectorGroups_ConnectorGroup" FOREIGN KEY ("ConnectorGroup") REFERENCES "ConnectorGroups" ("Name") ON DELETE RESTRICT
);

CREATE TABLE "AppRoleAssignments" (
    "ApplicationId" character varying(128) NOT NULL,
    "PrincipalId" character varying(128) NOT NULL,
    "AppRoleId" character varying(128) NOT NULL,
    "PrincipalType" character varying(32) NOT NULL,
    "PrincipalDisplayName" character varying(256),
    CONSTRAINT "PK_AppRoleAssignments" PRIMARY KEY ("ApplicationId", "PrincipalId", "AppRoleId"),
    CONSTRAINT "FK_AppRoleAssignments_Applications_ApplicationId" FOREIGN KEY ("ApplicationId") REFERENCES "Applications" ("Id") ON DELETE CASCADE
);

CREATE TABLE "Policies" (
    "Id" character varying(128) NOT NULL,
    "DisplayName" character varying(256) NOT NULL,
    "Document" text NOT NULL,
    CONSTRAINT "PK_Policies" PRIMARY KEY ("Id")
);

CREATE INDEX "IX_Applications_ConnectorGroup" ON "Applications" ("ConnectorGroup");

CREATE INDEX "IX_Applications_DisplayName" ON "Applications" ("DisplayName");

CREATE INDEX "IX_AppRoleAssignments_PrincipalId" ON "AppRoleAssignments" ("PrincipalId");

INSERT INTO "Catalogue" ("Id", "Version") VALUES (1, 0);

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261122000000_Catalogue', '10.0.15');

