namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>What a link turned out to be.</summary>
internal enum LinkOutcome
{
    /// <summary>None of ours: it stays.</summary>
    Stays,

    /// <summary>More of it must be seen.</summary>
    Undecided,

    /// <summary>Its beginning was replaced.</summary>
    Replaced,
}
