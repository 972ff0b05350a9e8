namespace AppProxy.Gateway.Catalogue;

/// <summary>A page of an app's own for when the gateway itself has to say that something went wrong.</summary>
/// <param name="Status">For which status code; null for all without a page of their own.</param>
/// <param name="Html">The page; <c>{app}</c>, <c>{status}</c>, <c>{text}</c>, <c>{reason}</c> and <c>{reference}</c> stand for what is known.</param>
internal sealed record ErrorPage(int? Status, string Html);
