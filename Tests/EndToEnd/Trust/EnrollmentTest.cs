using AppProxy.Connector.Enrollment;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Tokens;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

/// <summary>A test that enrols connectors by hand.</summary>
public abstract class EnrollmentTest : EndToEndTest
{
    private DirectoryInfo _folder = null!;

    protected string IdentityPath => Path.Combine(_folder.FullName, "identity.json");

    private protected IdentityFile Identity => new(IdentityPath, IKeyProtection.Create());

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("appproxy-enrollment");

    [TearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    /// <summary>A gateway without connectors.</summary>
    protected Task<TestEnvironment> StartGatewayAsync(CancellationToken cancellation, Action<TestEnvironmentOptions>? configure = null) => StartAsync(
        options =>
        {
            options.Connectors = 0;
            options.Publish("app", static context => context.Response.WriteAsync("served"));
            configure?.Invoke(options);
        },
        cancellation);

    private protected async Task<ConnectorIdentity> EnrollAsync(
        TestEnvironment proxy, string? token = null, bool isReplacing = false, Uri? gateway = null, TimeProvider? time = null, CancellationToken cancellation = default)
        => await new Enroller(Identity, time ?? TimeProvider.System).EnrollAsync(
            (gateway ?? proxy.GatewayUrl).ToString(), token ?? await proxy.CreateEnrollmentTokenAsync(cancellationToken: cancellation), "berlin", isReplacing, cancellation);

    private protected EnrolledConnector Open(TimeProvider? time = null, HttpMessageHandler? handler = null)
        => Use(new Opened(new EnrolledConnector(Identity, time ?? TimeProvider.System, NullLogger<EnrolledConnector>.Instance, handler))).Connector;

    private protected static IConnectorStore StoreOf(TestEnvironment proxy) => proxy.GatewayServices.GetRequiredService<IConnectorStore>();

    /// <summary>A call as the connector with this identity would sign it.</summary>
    private protected static string Sign(IdentityFile file, Func<ConnectorCall, ConnectorCall>? change = null, System.Security.Cryptography.ECDsa? otherKey = null)
    {
        var identity = file.Read();
        using var key = file.OpenKey(identity.PrivateKey);
        PublicKeys.TryCreate(identity.GatewayKey.X, identity.GatewayKey.Y, out var gateway);
        var call = new ConnectorCall
        {
            Issuer = identity.Id,
            Audience = gateway!.Kid,
            Path = ConnectorPaths.Token,
            Id = Guid.NewGuid().ToString("N"),
            IssuedAt = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(),
            Instance = "test",
        };
        return SignedJson.Sign(change?.Invoke(call) ?? call, IdentityJsonContext.Default.ConnectorCall, ConnectorCall.TokenType, Enroller.Credentials(new ECDsaSecurityKey(otherKey ?? key)));
    }

    private sealed class Opened(EnrolledConnector connector) : IAsyncDisposable
    {
        public EnrolledConnector Connector { get; } = connector;

        public ValueTask DisposeAsync()
        {
            Connector.Dispose();
            return default;
        }
    }
}
