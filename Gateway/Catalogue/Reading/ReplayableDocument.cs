namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Which methods of the app may be run again unseen.</summary>
internal sealed class ReplayableDocument
{
    public bool? Get { get; set; }

    public bool? Put { get; set; }

    public bool? Delete { get; set; }
}
