namespace AppProxy.Gateway.Portal;

/// <summary>A page of the gateway's own where people look after their account, such as two-step verification; whoever has one registers it.</summary>
/// <param name="Path">On the gateway's own host.</param>
/// <param name="Text">Name of its text (<see cref="Pages.Language"/>).</param>
internal sealed record AccountLink(string Path, string Text);
