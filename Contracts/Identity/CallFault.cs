using System.Text.Json;
using System.Text.Json.Serialization;

namespace AppProxy.Contracts.Identity;

/// <summary>Why the gateway refuses a connector's call; the text of <c>code</c> in the JSON that it answers with.</summary>
internal enum CallFault
{
    /// <summary>Not readable as a call, or for another path.</summary>
    BadRequest,

    /// <summary>Over plain http from another machine.</summary>
    HttpsRequired,

    /// <summary>This gateway has no store to keep connectors in.</summary>
    NotAvailable,

    /// <summary>No token has this id here.</summary>
    TokenUnknown,

    /// <summary>The proof is not that of the token.</summary>
    TokenForged,

    /// <summary>Its uses are used up.</summary>
    TokenUsed,

    /// <summary>Its time is over.</summary>
    TokenExpired,

    /// <summary>The call is for a gateway with other keys.</summary>
    WrongGateway,

    /// <summary>Issued too long ago, or in the future: clocks differ.</summary>
    ClockSkewed,

    /// <summary>The call was made before.</summary>
    Replayed,

    /// <summary>No connector has this id, or not this key.</summary>
    ConnectorUnknown,

    /// <summary>The connector was revoked.</summary>
    ConnectorRevoked,

    /// <summary>The connector's key was used from two places at once, and the gateway blocks that.</summary>
    ConnectorBlocked,

    /// <summary>The gateway cannot reach its store.</summary>
    Unavailable,

    /// <summary>What a later release calls otherwise; its message tells. Never said.</summary>
    Other,
}

/// <summary>The answer to a call that is refused, as <c>application/json</c>. Not signed: it grants nothing.</summary>
internal sealed record CallRefusal
{
    [JsonConverter(typeof(CallFaultConverter))]
    public required CallFault Code { get; init; }

    /// <summary>One line for the operator.</summary>
    public required string Message { get; init; }

    /// <summary>With <see cref="CallFault.ClockSkewed"/>: a <see cref="GatewayClock"/>, signed. Whoever could move a connector's clock could have it sign calls for later.</summary>
    public string? Clock { get; init; }
}

/// <summary>The gateway's time, in answer to a call whose own is far from it: a JWT of type <see cref="TokenType"/>, signed with the gateway's key. It answers nothing else.</summary>
internal sealed record GatewayClock
{
    public const string TokenType = "gateway-clock+jwt";

    /// <summary>The <see cref="ConnectorCall.Id"/> that it answers.</summary>
    [JsonPropertyName("inResponseTo")]
    public required string InResponseTo { get; init; }

    /// <summary>Seconds since 1970.</summary>
    [JsonPropertyName("time")]
    public required long Time { get; init; }
}

/// <summary>A reason that a later release has, and this one does not know, is a refusal all the same.</summary>
internal sealed class CallFaultConverter : JsonConverter<CallFault>
{
    public override CallFault Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType != JsonTokenType.String ? throw new JsonException()
            : Enum.TryParse<CallFault>(reader.GetString(), out var fault) && string.Equals(fault.ToString(), reader.GetString(), StringComparison.Ordinal) ? fault
            : CallFault.Other;

    public override void Write(Utf8JsonWriter writer, CallFault value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
