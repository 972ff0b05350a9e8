namespace AppProxy.Gateway.Publishing;

/// <summary>Asks for what a gateway answers itself on each app's host: whether there is one, and how long it takes without an app.</summary>
internal static class GatewayAnswer
{
    private const string Step = "gateway";
    private const string Path = "/.appproxy/publish-test";

    /// <returns>Whether requests get an answer at all.</returns>
    public static async Task<bool> AddAsync(HttpClient client, PublishTestOptions options, PublishReport report, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            // The first of its kind pays for what is made once.
            using (await client.GetAsync(new Uri(Path, UriKind.Relative), cancellationToken))
            {
            }

            var began = time.GetTimestamp();
            using var answer = await client.GetAsync(new Uri(Path, UriKind.Relative), cancellationToken);
            report.Milliseconds.Gateway = time.GetElapsedTime(began).TotalMilliseconds;
            report.Steps.Add(answer.Headers.Contains(Relay.FailureResponse.ErrorHeader)
                ? TestStep.Ok(Step, "A gateway answers.")
                : TestStep.Warn(
                    Step,
                    $"What answers there is no gateway, or something before it answers for it ({(int)answer.StatusCode} for {Path}).",
                    $"See that {options.Url.IdnHost} leads to the gateway, and that a proxy in front passes on /.appproxy/ as it is."));
            return true;
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            report.Steps.Add(TestStep.Fail(Step, $"It takes connections, but answers no request: {failure.GetBaseException().Message.ReplaceLineEndings(" ")}", "See that the port there is the gateway's, with the scheme that the external URL has."));
            report.Steps.Add(TestStep.Skip("answer", "No request could be made."));
            return false;
        }
    }
}
