namespace AppProxy.Tests.EndToEnd.Smuggling;

/// <summary>One request of a corpus.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Status">Status of its answer; empty where the file does not say.</param>
/// <param name="Why">Where the rule stands.</param>
/// <param name="Lines">Its lines, with escapes.</param>
internal sealed record SmugglingCase(string Name, string Status, string Why, IReadOnlyList<string> Lines);
