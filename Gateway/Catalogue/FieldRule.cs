namespace AppProxy.Gateway.Catalogue;

/// <summary>What an app's settings say of one field of its requests or answers.</summary>
/// <param name="Name">The field, in any case.</param>
/// <param name="Action">What is done with it.</param>
/// <param name="Value">As it is sent; empty where the field is removed.</param>
internal sealed record FieldRule(string Name, FieldAction Action, string Value);
