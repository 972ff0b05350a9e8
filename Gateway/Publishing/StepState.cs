using System.Text.Json.Serialization;

namespace AppProxy.Gateway.Publishing;

/// <summary>How one step of a publish test ended.</summary>
internal enum StepState
{
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Works, and wants looking at.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Could not be looked at from here; that is told, so that nobody takes it for well.</summary>
    [JsonStringEnumMemberName("notTested")]
    NotTested,
}
