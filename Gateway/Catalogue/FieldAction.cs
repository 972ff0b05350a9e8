namespace AppProxy.Gateway.Catalogue;

/// <summary>What a rule does with a field.</summary>
internal enum FieldAction
{
    /// <summary>It has this value and no other.</summary>
    Set,

    /// <summary>It has this value too.</summary>
    Append,

    /// <summary>It is not sent.</summary>
    Remove,
}
