using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading.Policies;

/// <summary>Graph's <c>conditionalAccessGrantControls</c>.</summary>
internal sealed class GrantControlsDocument
{
    [AllowedValues("AND", "OR")]
    public string? Operator { get; set; }

    /// <summary><c>block</c> or <c>mfa</c>.</summary>
    public List<string>? BuiltInControls { get; set; }
}

/// <summary>Graph's <c>conditionalAccessSessionControls</c>.</summary>
internal sealed class SessionControlsDocument
{
    public SignInFrequencyDocument? SignInFrequency { get; set; }
}

/// <summary>Graph's <c>signInFrequencySessionControl</c>.</summary>
internal sealed class SignInFrequencyDocument
{
    public bool? IsEnabled { get; set; }

    [AllowedValues("timeBased", "everyTime")]
    public string? FrequencyInterval { get; set; }

    [AllowedValues("days", "hours")]
    public string? Type { get; set; }

    public int? Value { get; set; }
}
