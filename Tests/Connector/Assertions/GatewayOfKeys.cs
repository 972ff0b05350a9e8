using System.Net;
using System.Text.Json;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Keys;

namespace AppProxy.Tests.Connector.Assertions;

/// <summary>What a gateway tells of its keys, without a gateway.</summary>
internal sealed class GatewayOfKeys(TimeProvider time) : HttpMessageHandler
{
    private readonly List<SigningKey> _keys = [SigningKey.Create(1, time.GetUtcNow(), time.GetUtcNow())];
    private readonly List<string> _successions = [];

    public SigningKey Current => _keys[^1];

    public SigningKey First => _keys[0];

    /// <summary>How often it was asked.</summary>
    public int Asked { get; private set; }

    public bool IsAway { get; set; }

    /// <summary>Whether it tells of the newest key only, as a day after a rotation.</summary>
    public bool IsLater { get; set; }

    public void Rotate()
    {
        var next = SigningKey.Create(_keys.Count + 1, time.GetUtcNow(), time.GetUtcNow());
        _successions.Add(KeySuccession.Write(Current.Credentials, next.PublicKey, time.GetUtcNow()));
        _keys.Add(next);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked++;
        if (IsAway)
        {
            throw new HttpRequestException("away");
        }

        var told = new GatewayKeys { Keys = [.. (IsLater ? _keys.TakeLast(1) : _keys).Select(static key => new PublicPoint(key.PublicKey.X, key.PublicKey.Y))], Successions = _successions };
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(JsonSerializer.Serialize(told, IdentityJsonContext.Default.GatewayKeys)) });
    }
}
