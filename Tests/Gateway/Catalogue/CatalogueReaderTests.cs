using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Storage;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Catalogue;

[TestFixture]
internal sealed class CatalogueReaderTests
{
    [Test]
    public void A_full_application_becomes_a_published_app()
    {
        var app = ReadApp("""
            "displayName": "HR", "id": "hr", "connectorGroup": "EU",
            "onPremisesPublishing": {
              "externalUrl": "https://HR.example.com/desk/", "internalUrl": "http://hr.corp:8081/", "externalAuthenticationType": "passthru",
              "applicationServerTimeout": "long", "isTranslateHostHeaderEnabled": false, "isBackendCertificateValidationEnabled": false },
            "relay": { "waitForConnector": "00:00:05", "idleTimeout": "00:01:00", "totalTimeout": "01:00:00", "maxWaitingRequests": 7,
              "replayable": { "get": false, "put": true, "delete": true } }
            """);

        app.Should().BeEquivalentTo(new PublishedApp
        {
            Id = "hr",
            DisplayName = "HR",
            ConnectorGroup = "eu",
            ExternalAuthenticationType = ExternalAuthenticationType.Passthru,
            ExternalUrl = AppUrl.Parse("https://hr.example.com/desk/"),
            InternalUrl = AppUrl.Parse("http://hr.corp:8081/"),
            ApplicationServerTimeout = TimeSpan.FromSeconds(180),
            Relay = new RelaySettings
            {
                WaitForConnector = TimeSpan.FromSeconds(5),
                IdleTimeout = TimeSpan.FromMinutes(1),
                TotalTimeout = TimeSpan.FromHours(1),
                MaxWaitingRequests = 7,
                Replayable = ReplayableMethods.Put | ReplayableMethods.Delete,
            },
            IsTranslateHostHeaderEnabled = false,
            IsBackendCertificateValidationEnabled = false,
            SettingsVersion = 42,
        });
    }

    [TestCase("\"displayName\": \"B\u00fcro\"", "displayName", "save the file as UTF-8")]
    [TestCase("\"displayName\": \"\\ud800\"", "displayName", "half of a character")]
    [TestCase("\"displayName\": \"a\", \"\u00fc\": 1", "\ufffd", "save the file as UTF-8")]
    [TestCase("\"displayName\": \"a\", \"onPremisesPublishing\": { \"wafIpRanges\": [ { \"x\": [ \"\\udc00\" ] } ] }", "onPremisesPublishing.wafIpRanges", "half of a character")]
    [TestCase("\"displayName\": \"a\", \"onPremisesPublishing\": { \"wafIpRanges\": \"\u00fc\" }", "onPremisesPublishing.wafIpRanges", "save the file as UTF-8")]
    public void What_is_no_text_is_told_with_its_line_and_place(string settings, string place, string reason)
    {
        var json = Encoding.Latin1.GetBytes("{ \"applications\": [\n{\n" + settings + " }, {} ] }");

        var reading = CatalogueReader.Read(json, [], CatalogueSnapshot.Empty, 1);

        reading.Problems.Should().ContainSingle(problem => problem.Path == "$.applications[0]." + place && problem.Line == 3 && problem.Message.Contains(reason))
            .And.Subject.Should().Contain(problem => problem.Path.StartsWith("$.applications[1]"), "what follows is read all the same");
    }

    [Test]
    public void Authorities_of_an_app_are_few()
        => CatalogueReader.Read(
            Encoding.UTF8.GetBytes($$"""
                { "applications": [ { "displayName": "a", "onPremisesPublishing": { "externalUrl": "https://a.example.com/", "internalUrl": "https://a.corp/", "externalAuthenticationType": "passthru" },
                  "relay": { "backEnd": { "trustedCertificateAuthorities": "{{new string('x', 70_000)}}" } } } ] }
                """),
            [],
            CatalogueSnapshot.Empty,
            1).Problems.Should().ContainSingle().Which.Message.Should().StartWith("is longer than 64 KB");

    [Test]
    public void What_is_left_out_has_the_defaults_of_entra()
    {
        var app = ReadApp("""
            "displayName": "HR",
            "onPremisesPublishing": { "externalUrl": "https://hr.example.com", "internalUrl": "http://hr.corp", "externalAuthenticationType": "passthru" }
            """);

        app.ConnectorGroup.Should().Be("default");
        app.ApplicationServerTimeout.Should().Be(TimeSpan.FromSeconds(85));
        app.IsTranslateHostHeaderEnabled.Should().BeTrue();
        app.IsBackendCertificateValidationEnabled.Should().BeTrue();
        app.Relay.Should().Be(new RelaySettings());
        app.Relay.Replayable.Should().Be(ReplayableMethods.Get);
        Guid.TryParse(app.Id, out _).Should().BeTrue();
        app.Id.Should().Be(ReadApp("""
            "displayName": "another name",
            "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://other/", "externalAuthenticationType": "passthru" }
            """).Id, "the id comes from the external URL");
    }

    [TestCase("00:00:01", 1), TestCase("00:10:00", 600), TestCase("1.00:00:00", 86_400)]
    public void Any_time_to_begin_an_answer_goes_before_graphs_two(string time, int seconds)
    {
        var app = ReadApp($$"""
            "displayName": "HR",
            "onPremisesPublishing": { "externalUrl": "https://hr.example.com", "internalUrl": "http://hr.corp", "externalAuthenticationType": "passthru",
              "applicationServerTimeout": "long" },
            "relay": { "applicationServerTimeout": "{{time}}" }
            """);

        app.ApplicationServerTimeout.Should().Be(TimeSpan.FromSeconds(seconds));
    }

    [TestCase("00:00:00.9"), TestCase("1.00:00:01"), TestCase("600"), TestCase("long")]
    public void A_time_to_begin_an_answer_has_bounds(string time)
    {
        var reading = Read($$"""
            { "connectorGroups": [{ "name": "default", "isDefault": true }], "applications": [{
              "displayName": "HR",
              "onPremisesPublishing": { "externalUrl": "https://hr.example.com", "internalUrl": "http://hr.corp", "externalAuthenticationType": "passthru" },
              "relay": { "applicationServerTimeout": "{{time}}" } }] }
            """);

        reading.Problems.Should().ContainSingle().Which.Path.Should().Be("$.applications[0].relay.applicationServerTimeout");
    }

    [Test]
    public void An_application_exported_from_graph_can_be_dropped_in()
    {
        var reading = Read("""
            { "applications": [ { "@odata.context": "x", "id": "00000000-0000-0000-0000-000000000001", "appId": "y", "displayName": "HR", "tags": [],
              "web": { "redirectUris": [] }, "identifierUris": [], "deletedDateTime": null,
              "onPremisesPublishing": { "@odata.type": "#x", "alternateUrl": null, "applicationServerTimeout": "Default", "applicationType": "enterpriseapp",
                "externalAuthenticationType": "passthru", "externalUrl": "https://hr.example.com/", "internalUrl": "https://hr.corp/",
                "isAccessibleViaZTNAClient": false, "isBackendCertificateValidationEnabled": true, "isContinuousAccessEvaluationEnabled": false,
                "isDnsResolutionEnabled": false, "isHttpOnlyCookieEnabled": false, "isOnPremPublishingEnabled": true, "isPersistentCookieEnabled": false,
                "isSecureCookieEnabled": true, "isStateSessionEnabled": true, "isTranslateHostHeaderEnabled": true, "isTranslateLinksInBodyEnabled": true,
                "onPremisesApplicationSegments": [], "segmentsConfiguration": null, "trafficRoutingMethod": "none",
                "useAlternateUrlForTranslationAndRedirect": false, "verifiedCustomDomainCertificatesMetadata": null,
                "verifiedCustomDomainKeyCredential": null, "verifiedCustomDomainPasswordCredential": null, "wafAllowedHeaders": null, "wafIpRanges": [],
                "singleSignOnSettings": { "singleSignOnMode": "onPremisesKerberos", "kerberosSignOnSettings": {
                  "kerberosServicePrincipalName": "HTTP/hr", "kerberosSignOnMappingAttributeType": "userPrincipalName" } } } } ] }
            """.Replace("\"Default\"", "\"default\"", StringComparison.Ordinal));

        reading.Problems.Should().BeEmpty();
        reading.Notices.Select(notice => notice.Path).Should().BeEquivalentTo(
            "$.applications[0].onPremisesPublishing.singleSignOnSettings.singleSignOnMode");
    }

    [Test]
    public void Everything_wrong_is_reported_at_once_with_its_line_and_what_to_do()
    {
        var reading = Read("""
            {
              // comments are welcome
              "connectorGroups": [{ "name": "de.fault" }],
              "aplications": [],
              "applications": [
                {
                  "displayName": 7,
                  "onPremisesPublishing": {
                    "externalUrls": "https://hr.example.com/",
                    "internalUrl": "hr",
                    "internalUrl": "http://hr.corp/",
                    "externalAuthenticationType": "passthrough",
                    "isTranslateHostHeaderEnabled": "yes",
                    "applicationServerTimeout": "longer",
                  },
                  "relay": {
                    "waitForConnector": "30",
                    "maxWaitingRequests": 1.5,
                    "replayable": [],
                  }
                }
              ]
            }
            """);

        reading.Snapshot.Should().BeNull();
        var app = "$.applications[0]";
        reading.Problems.Select(problem => (problem.Line, problem.Path)).Should().BeEquivalentTo(new[]
        {
            (3, "$.connectorGroups[0].name"),
            (4, "$.aplications"),
            (7, $"{app}.displayName"),
            (7, $"{app}.displayName"),
            (9, $"{app}.onPremisesPublishing.externalUrls"),
            (8, $"{app}.onPremisesPublishing.externalUrl"),
            (11, $"{app}.onPremisesPublishing.internalUrl"),
            (11, $"{app}.onPremisesPublishing.internalUrl"),
            (12, $"{app}.onPremisesPublishing.externalAuthenticationType"),
            (13, $"{app}.onPremisesPublishing.isTranslateHostHeaderEnabled"),
            (14, $"{app}.onPremisesPublishing.applicationServerTimeout"),
            (17, $"{app}.relay.waitForConnector"),
            (18, $"{app}.relay.maxWaitingRequests"),
            (19, $"{app}.relay.replayable"),
            (6, $"{app}.connectorGroup"),
        });
        reading.Problems.Should().Contain(problem => problem.ToString() == "line 4, $.aplications: is not known here. Did you mean 'applications'?");
        reading.Problems.Should().Contain(problem => problem.Message.EndsWith("Did you mean 'externalUrl'?", StringComparison.Ordinal));
        reading.Problems.Should().Contain(problem => problem.Message.EndsWith("Did you mean 'passthru'?", StringComparison.Ordinal));
    }

    [Test]
    public void What_the_gateway_does_to_fields_and_in_an_apps_place_is_read()
    {
        var app = ReadApp("""
            "displayName": "HR",
            "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr.corp/", "externalAuthenticationType": "passthru",
              "alternateUrl": "https://alternate.example.com/", "useAlternateUrlForTranslationAndRedirect": true, "isTranslateLinksInBodyEnabled": true },
            "relay": {
              "requestHeaders": [ { "name": "X-A", "set": "1" }, { "name": "X-B", "append": "2" }, { "name": "x-b", "append": "3" }, { "name": "X-C", "remove": true } ],
              "responseHeaders": [ { "name": "Server", "remove": true } ],
              "hsts": { "maxAgeInSeconds": 31536000, "includeSubDomains": true, "preload": true },
              "maintenance": { "message": "Soon", "retryAfterInSeconds": 60 },
              "robotsTxt": "User-agent: *",
              "errorPages": [ { "status": 503, "html": "a" }, { "html": "b" } ],
              "linkTranslation": { "inlineScripts": true, "javaScript": true, "json": true, "eventStreams": true, "xml": true },
              "backEnd": { "httpVersion": "1.1", "maxConnections": 8, "connectionIdleTimeout": "00:00:30", "maxResponseHeadLength": 2048 } }
            """);

        app.UseAlternateUrlForTranslationAndRedirect.Should().BeTrue();
        app.IsTranslateLinksInBodyEnabled.Should().BeTrue();
        app.Relay.Should().Be(new RelaySettings
        {
            RequestHeaders = new([new("X-A", FieldAction.Set, "1"), new("X-B", FieldAction.Append, "2"), new("x-b", FieldAction.Append, "3"), new("X-C", FieldAction.Remove, "")]),
            ResponseHeaders = new([new("Server", FieldAction.Remove, "")]),
            Hsts = new HstsPolicy(31536000, true, true),
            Maintenance = new MaintenanceNotice("Soon", 60),
            RobotsTxt = "User-agent: *",
            ErrorPages = new([new(503, "a"), new(null, "b")]),
            LinkTranslation = LinkTranslation.InlineScripts | LinkTranslation.JavaScript | LinkTranslation.Json | LinkTranslation.EventStreams | LinkTranslation.Xml,
            BackEnd = new BackEndSettings { HttpVersion = "1.1", MaxConnections = 8, ConnectionIdleTimeout = TimeSpan.FromSeconds(30), MaxResponseHeadLength = 2048 },
        });
        app.Relay.Hsts!.Value.Should().Be("max-age=31536000; includeSubDomains; preload");
        ReadApp("""
            "displayName": "HR", "relay": { "maintenance": { "isEnabled": false, "message": "Soon" } },
            "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr.corp/", "externalAuthenticationType": "passthru" }
            """).Relay.Should().Be(new RelaySettings());
    }

    [Test]
    public void What_is_exported_is_read_as_the_same()
    {
        var json = """
            { "applications": [ { "id": "hr", "displayName": "HR",
              "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr.corp/", "externalAuthenticationType": "passthru", "isTranslateLinksInBodyEnabled": true },
              "relay": { "requestHeaders": [ { "name": "X-A", "set": "1" }, { "name": "X-C", "remove": true } ], "responseHeaders": [ { "name": "Vary", "append": "X-A" } ],
                "hsts": { "maxAgeInSeconds": 5 }, "maintenance": { "isEnabled": true }, "robotsTxt": "User-agent: *\nDisallow: /\n", "errorPages": [ { "status": 503, "html": "<p>ä</p>" } ],
                "linkTranslation": { "json": true, "xml": false } } } ] }
            """;
        var document = DocumentReader.Read(Encoding.UTF8.GetBytes(json), CatalogueJsonContext.Default.CatalogueDocument, new Findings())!;

        var app = Read(StoredDocuments.WriteFile(document)).Snapshot!.Apps.Single();

        app.Should().Be(Read(json).Snapshot!.Apps.Single());
        app.Relay.LinkTranslation.Should().Be(LinkTranslation.Json);
    }

    [TestCase(""" "requestHeaders": [ { "name": "X A", "set": "1" } ] """, ".requestHeaders[0].name", "is no name of a header")]
    [TestCase(""" "requestHeaders": [ { "set": "1" } ] """, ".requestHeaders[0].name", "is missing")]
    [TestCase(""" "requestHeaders": [ { "name": "host", "set": "1" } ] """, ".requestHeaders[0].name", "the gateway's to say")]
    [TestCase(""" "responseHeaders": [ { "name": "Transfer-Encoding", "remove": true } ] """, ".responseHeaders[0].name", "the gateway's to say")]
    [TestCase(""" "requestHeaders": [ { "name": "X", "set": "1", "append": "2" } ] """, ".requestHeaders[0]", "exactly one")]
    [TestCase(""" "requestHeaders": [ { "name": "X", "remove": false } ] """, ".requestHeaders[0]", "exactly one")]
    [TestCase(""" "requestHeaders": [ { "name": "X", "set": "1" }, { "name": "x", "remove": true } ] """, ".requestHeaders[1].name", "has a rule already")]
    [TestCase(""" "responseHeaders": [ { "name": "X", "set": "a\r\nb" } ] """, ".responseHeaders[0].set", "a line's end")]
    [TestCase(""" "responseHeaders": [ { "name": "X", "append": "\u20ac" } ] """, ".responseHeaders[0].append", "beyond ISO 8859-1")]
    [TestCase(""" "responseHeaders": [ null ] """, ".responseHeaders[0]", "an object")]
    [TestCase(""" "hsts": {} """, ".hsts.maxAgeInSeconds", "is missing")]
    [TestCase(""" "hsts": { "maxAgeInSeconds": -1 } """, ".hsts.maxAgeInSeconds", "negative")]
    [TestCase(""" "hsts": { "maxAgeInSeconds": 31536000, "preload": true } """, ".hsts.preload", "includeSubDomains")]
    [TestCase(""" "maintenance": { "message": "" } """, ".maintenance.message", "between 1 and")]
    [TestCase(""" "maintenance": { "retryAfterInSeconds": 0 } """, ".maintenance.retryAfterInSeconds", "between 1 and")]
    [TestCase(""" "errorPages": [ { "status": 200, "html": "a" } ] """, ".errorPages[0].status", "between 400 and 599")]
    [TestCase(""" "errorPages": [ { "html": "a" }, { "html": "b" } ] """, ".errorPages[1].status", "has a page already")]
    [TestCase(""" "errorPages": [ { "status": 500 } ] """, ".errorPages[0].html", "is missing")]
    [TestCase(""" "backEnd": { "httpVersion": "3" } """, ".backEnd.httpVersion", "must be 1.1 or 2")]
    [TestCase(""" "backEnd": { "maxConnections": -1 } """, ".backEnd.maxConnections", "between 0 and")]
    [TestCase(""" "backEnd": { "maxResponseHeadLength": 1 } """, ".backEnd.maxResponseHeadLength", "between 1024 and")]
    [TestCase(""" "backEnd": { "connectionIdleTimeout": "02:00:00" } """, ".backEnd.connectionIdleTimeout", "must be between")]
    [TestCase(""" "backEnd": { "serverName": "hr.corp" } """, ".backEnd", "is not https")]
    [TestCase(""" "backEnd": { "serverNam": "hr.corp" } """, ".backEnd.serverNam", "Did you mean 'serverName'?")]
    [TestCase(""" "linkTranslation": { "json": true } """, ".linkTranslation", "isTranslateLinksInBodyEnabled")]
    [TestCase(""" "linkTranslation": { "jsn": true } """, ".linkTranslation.jsn", "Did you mean 'json'?")]
    public void What_cannot_be_done_to_fields_or_in_an_apps_place_is_refused(string relay, string place, string message)
    {
        var reading = Read($$"""
            { "applications": [ { "displayName": "HR", "relay": { {{relay}} },
              "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr/", "externalAuthenticationType": "passthru" } } ] }
            """);

        var problem = reading.Problems.Should().ContainSingle().Subject;
        problem.Path.Should().Be("$.applications[0].relay" + place);
        problem.Message.Should().Contain(message);
    }

    [Test]
    public void What_only_some_urls_can_have_is_refused_for_others()
        => Read("""
            { "applications": [ { "displayName": "HR", "relay": { "hsts": { "maxAgeInSeconds": 1 }, "robotsTxt": "" },
              "onPremisesPublishing": { "externalUrl": "http://hr.example.com/hr/", "internalUrl": "http://hr/", "externalAuthenticationType": "passthru", "useAlternateUrlForTranslationAndRedirect": true } } ] }
            """).Problems.Select(problem => problem.Path).Should().BeEquivalentTo(
                "$.applications[0].relay.hsts", "$.applications[0].relay.robotsTxt", "$.applications[0].onPremisesPublishing.useAlternateUrlForTranslationAndRedirect");

    [TestCase(null)]
    [TestCase("aadPreAuthentication")]
    public void An_app_that_asks_for_sign_in_is_refused_without_a_provider(string? value)
    {
        var setting = value is null ? "" : $", \"externalAuthenticationType\": \"{value}\"";
        var reading = Read($$"""
            { "applications": [ { "displayName": "HR", "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr/"{{setting}} } } ] }
            """, canSignIn: false);

        reading.Snapshot.Should().BeNull();
        reading.Problems.Should().ContainSingle().Which.Message.Should().Contain("set Gateway:SignIn:Authority, or passthru if the app may be open");
    }

    [Test]
    public void People_do_not_sign_in_in_the_open()
    {
        CatalogueReading With(string url) => Read($$"""{ "applications": [ { "displayName": "HR", "onPremisesPublishing": { "externalUrl": "{{url}}", "internalUrl": "http://hr/" } } ] }""");

        With("http://hr.example.com/").Problems.Should().ContainSingle().Which.Message.Should().Contain("must be https");
        With("http://hr.localhost/").Problems.Should().BeEmpty();
    }

    [TestCase("hr.example.com", "absolute http or https URL")]
    [TestCase("ftp://hr.example.com/", "absolute http or https URL")]
    [TestCase("/hr/", "absolute http or https URL")]
    [TestCase("https://hr.example.com/desk", "write https://hr.example.com/desk/")]
    [TestCase("https://hr.example.com/?a=b", "take off the query")]
    [TestCase("https://hr.example.com/#top", "take off the query")]
    [TestCase("https://me:secret@hr.example.com/", "user name or password")]
    [TestCase("https://hr.*.example.com/", "whole first label")]
    [TestCase("https://h*.example.com/", "whole first label")]
    [TestCase("https://*/", "whole first label")]
    [TestCase("https://hr.example.com/*/", "whole first label")]
    [TestCase("https://*.example.com/", "both have a wildcard or none has")]
    [TestCase("https://hr.example.com:0/", "absolute http or https URL")]
    [TestCase("https://me:secret@hr*.example.com/", "whole first label")]
    [TestCase("https://gateway.example.com/", "the gateway's own host")]
    [TestCase("https://GATEWAY.example.com./", "the gateway's own host")]
    [TestCase("https://hr.example.com/.appproxy/x/", "belongs to the gateway")]
    [TestCase("https://hr.example.com/a%2Fb/", "escaped")]
    [TestCase("", "is missing")]
    public void A_wrong_external_url_is_refused(string url, string because)
    {
        var reading = Read(Document(App("HR", url)));

        reading.Problems.Should().ContainSingle().Which.Message.Should().Contain(because).And.NotContain("secret");
    }

    [Test]
    public void External_urls_and_ids_are_unique()
    {
        var reading = Read(Document(
            App("1", "https://hr.example.com/"),
            App("2", "https://HR.example.com:443/"),
            App("3", "https://a.example.com/", "\"id\": \"same\","),
            App("4", "https://b.example.com/", "\"id\": \"SAME\",")));

        reading.Problems.Select(problem => problem.Path + " " + problem.Message).Should().BeEquivalentTo(
            "$.applications[1].onPremisesPublishing.externalUrl 'https://hr.example.com/' is an external URL of '1' ($.applications[0]) too: each app needs its own",
            "$.applications[1].id is the id of '1' ($.applications[0]) too: leave it out, or give another one",
            "$.applications[3].id is the id of '3' ($.applications[2]) too: leave it out, or give another one");
    }

    [TestCase("https://HR.example.com./", null, "'1' ($.applications[0])")]
    [TestCase("http://hr.example.com:443/", null, "'1' ($.applications[0])")]
    [TestCase("https://free.example.com/", "https://hr.example.com/", "'1' ($.applications[0])")]
    [TestCase("https://other.traffic.example.net/", null, "'1' ($.applications[0])")]
    [TestCase("https://bücher.example.com/", null, "'1' ($.applications[0])")]
    [TestCase("https://xn--bcher-kva.example.com/", null, "'1' ($.applications[0])")]
    public void A_conflict_names_the_other_app(string externalUrl, string? alternateUrl, string other)
    {
        var reading = Read(Document(
            """
            { "displayName": "1", "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://a/", "externalAuthenticationType": "passthru",
              "alternateUrl": "https://other.traffic.example.net/",
              "segmentsConfiguration": { "applicationSegments": [ { "externalUrl": "https://BÜCHER.example.com/", "internalUrl": "http://b/" } ] } } }
            """,
            $$"""
            { "displayName": "2", "onPremisesPublishing": { "externalUrl": "{{externalUrl}}", "internalUrl": "http://a/", "externalAuthenticationType": "passthru",
              "alternateUrl": {{(alternateUrl is null ? "null" : $"\"{alternateUrl}\"")}} } }
            """));

        var problem = reading.Problems.Should().Contain(problem => problem.Message.Contains("external URL of")).Subject;
        problem.Path.Should().Be("$.applications[1].onPremisesPublishing." + (alternateUrl is null ? "externalUrl" : "alternateUrl"));
        problem.Message.Should().Contain(other);
    }

    [Test]
    public void Paths_ports_and_wildcards_beside_each_other_are_no_conflict()
        => Read(Document(App("1", "https://hr.example.com/"), App("2", "https://hr.example.com/Desk/"), App("3", "https://hr.example.com/desk/"), App("4", "https://hr.example.com:8443/"),
            App("5", "https://*.example.com/").Replace("http://hr.corp/", "http://*.corp/", StringComparison.Ordinal))).Problems.Should().BeEmpty();

    [Test]
    public void Mistakes_in_segments_and_assignments_have_their_places()
    {
        var reading = Read("""
            { "applications": [ { "displayName": "HR",
              "appRoleAssignedTo": [
                { "principalId": "u", "principalType": "Person" },
                { "principalType": "User" },
                { "principalId": "g", "principalType": "Group" },
                { "principalId": "g", "principalType": "Group" } ],
              "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://a/", "externalAuthenticationType": "passthru",
                "segmentsConfiguration": { "applicationSegments": [
                  { "externalUrl": "https://hr.example.com/", "internalUrl": "http://a/" },
                  { "externalUrl": "https://hr.example.com/", "internalUrl": "http://b/" },
                  { "id": "x/y", "externalUrl": "https://b.example.com/", "internalUrl": "http://b" },
                  { "externalUrl": "https://*.c.example.com/", "internalUrl": "http://c/" },
                  { "externalUrl": "https://gateway.example.com/", "alternateUrl": "d" },
                  { "id": "e", "externalUrl": "https://e.example.com/", "internalUrl": "http://e/" },
                  { "id": "E", "externalUrl": "https://f.example.com/", "internalUrl": "http://f/" } ] } } } ] }
            """);

        const string Segments = "$.applications[0].onPremisesPublishing.segmentsConfiguration.applicationSegments";
        const string Assigned = "$.applications[0].appRoleAssignedTo";
        reading.Problems.Select(problem => (problem.Line, problem.Path)).Should().BeEquivalentTo(new[]
        {
            (3, Assigned + "[0].principalType"),
            (4, Assigned + "[1].principalId"),
            (6, Assigned + "[3].principalId"),
            (10, Segments + "[1].externalUrl"),
            (11, Segments + "[2].id"),
            (12, Segments + "[3].internalUrl"),
            (13, Segments + "[4].externalUrl"),
            (13, Segments + "[4].internalUrl"),
            (13, Segments + "[4].alternateUrl"),
            (15, Segments + "[6].id"),
        });
    }

    [Test]
    public void Only_one_group_is_the_default()
    {
        var reading = Read("""{ "connectorGroups": [ { "name": "a", "isDefault": true }, { "name": "b", "isDefault": true }, { "name": "A" } ] }""");

        reading.Problems.Select(problem => problem.Path).Should().BeEquivalentTo("$.connectorGroups[1].isDefault", "$.connectorGroups[2].name");
    }

    [Test]
    public void An_unknown_group_is_named_with_a_suggestion()
    {
        var reading = Read(Document(App("HR", "https://hr.example.com/", "\"connectorGroup\": \"defualt\",")));

        reading.Problems.Should().ContainSingle().Which.Message.Should().Be("'defualt' is no group of connectorGroups. Did you mean 'default'?");
    }

    [TestCase("", 1)]
    [TestCase("[]", 1)]
    [TestCase("null", 1)]
    [TestCase("{\n  \"applications\": [\n  }\n", 3)]
    [TestCase("{} {}", 1)]
    [TestCase("{ \"applications\": [ null ] }", 1)]
    public void What_is_no_such_document_is_one_problem(string json, int line)
    {
        var reading = Read(json);

        reading.Snapshot.Should().BeNull();
        reading.Problems.Should().ContainSingle().Which.Line.Should().Be(line);
    }

    [Test]
    public void An_app_keeps_its_settings_version_until_it_changes()
    {
        var first = Read(Document(App("HR", "https://hr.example.com/"), App("IT", "https://it.example.com/"))).Snapshot!;
        var second = CatalogueReader.Read(
            Encoding.UTF8.GetBytes(Document(App("HR", "https://hr.example.com/"), App("IT desk", "https://it.example.com/"))), [], first, 50).Snapshot!;

        second.Version.Should().Be(50);
        second.Apps[0].Should().BeSameAs(first.Apps[0]);
        second.Apps[1].SettingsVersion.Should().Be(50);
    }

    [Test]
    public void A_byte_order_mark_is_no_mistake()
        => CatalogueReader.Read([.. Encoding.UTF8.Preamble, .. "{}"u8], [], CatalogueSnapshot.Empty, 1).Problems.Should().BeEmpty();

    private static string Document(params string[] apps) => $$"""{ "applications": [ {{string.Join(", ", apps)}} ] }""";

    private static string App(string name, string externalUrl, string more = "")
        => $$"""
            { {{more}} "displayName": "{{name}}", "onPremisesPublishing": {
              "externalUrl": "{{externalUrl}}", "internalUrl": "http://hr.corp/", "externalAuthenticationType": "passthru" } }
            """;

    private static PublishedApp ReadApp(string properties)
    {
        var reading = Read($$"""{ "connectorGroups": [ { "name": "default", "isDefault": true }, { "name": "eu" } ], "applications": [ { {{properties}} } ] }""");
        reading.Problems.Should().BeEmpty();
        return reading.Snapshot!.Apps.Single();
    }

    private static CatalogueReading Read(string json, bool canSignIn = true)
        => CatalogueReader.Read(Encoding.UTF8.GetBytes(json), ["gateway.example.com"], CatalogueSnapshot.Empty, 42, canSignIn);
}
