namespace AppProxy.Gateway.Relay.Translation;

/// <summary>Where in a Content-Security-Policy a token stands.</summary>
internal struct PolicyPlace
{
    public PolicyPlace()
    {
    }

    /// <summary>A directive's name comes next.</summary>
    public bool IsName { get; set; } = true;

    /// <summary>What comes belongs to a directive whose values are origins.</summary>
    public bool IsSourceList { get; set; }

    public void Separate(char character) => IsName |= character is ';' or ',';
}
