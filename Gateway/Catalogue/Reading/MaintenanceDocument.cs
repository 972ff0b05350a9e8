namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Takes the app out of order, with a page that says so.</summary>
internal sealed class MaintenanceDocument
{
    public bool? IsEnabled { get; set; }

    public string? Message { get; set; }

    public int? RetryAfterInSeconds { get; set; }
}
