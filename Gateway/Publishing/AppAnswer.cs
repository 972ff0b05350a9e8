using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay;

namespace AppProxy.Gateway.Publishing;

/// <summary>Asks for the app's page, judges the answer, and looks for internal names in it.</summary>
internal static class AppAnswer
{
    private const string Step = "answer";
    private const int MostOctets = 4 * 1024 * 1024;

    /// <returns>Whether the app itself answered.</returns>
    public static async Task<bool> AddAsync(HttpClient client, PublishTestOptions options, CatalogueSnapshot catalogue, PublishReport report, TimeProvider time, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, options.Url.PathAndQuery);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("AppProxy-publish-test", "1"));
        request.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

        // A program's request with a token that is no good is refused, and not sent to sign in like a person's.
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Mode", options.Token is null ? "navigate" : "same-origin");
        if (options.Token is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        var began = time.GetTimestamp();
        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var took = time.GetElapsedTime(began);
            var error = answer.Headers.TryGetValues(FailureResponse.ErrorHeader, out var errors) ? errors.First() : null;
            var isSignIn = options.App.ExternalAuthenticationType != ExternalAuthenticationType.Passthru && (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
            if (error is not null && !isSignIn)
            {
                report.Steps.Add(FailureAdvice.ToStep(Step, error, answer.StatusCode, options.App));
                return false;
            }

            if (options.App.ExternalAuthenticationType != ExternalAuthenticationType.Passthru && !IsPastSignIn(answer, error, options, report.Steps))
            {
                return false;
            }

            report.Milliseconds.RelayAndApp = Math.Max(0, took.TotalMilliseconds - (report.Milliseconds.Gateway ?? 0));
            report.Steps.Add(Judge(answer, took, options));
            began = time.GetTimestamp();
            var (body, problem) = await ReadAsync(answer, options.Timeout, time, cancellationToken);
            report.Milliseconds.Body = time.GetElapsedTime(began).TotalMilliseconds;
            if (problem is not null)
            {
                report.Steps.Add(problem);
            }

            report.Steps.AddRange(new InternalNames(catalogue, options.App).Find(answer, body));
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            report.Steps.Add(TestStep.Fail(
                Step,
                $"No answer in {Seconds(options.Timeout)}.",
                $"Look whether the app answers {options.App.InternalUrl} on its own network; it may take {Seconds(options.App.ApplicationServerTimeout)} (applicationServerTimeout). --timeout waits longer."));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            report.Steps.Add(BrokeOff(failure));
        }

        return false;
    }

    /// <summary>What is asked for without a session gets no further than to the sign-in: that, and no more, is tested then.</summary>
    private static bool IsPastSignIn(HttpResponseMessage answer, string? error, PublishTestOptions options, List<TestStep> steps)
    {
        const string SignIn = "sign-in";
        var status = (int)answer.StatusCode;
        if (options.Token is not null && error is null)
        {
            steps.Add(TestStep.Ok(SignIn, "The access token was taken."));
            return true;
        }

        if (options.Token is not null)
        {
            var why = string.Join(", ", answer.Headers.WwwAuthenticate.Select(static scheme => scheme.ToString()).Prepend(error));
            steps.Add(TestStep.Fail(
                SignIn, $"The access token was not taken, or not for this app ({status}: {why}).", $"access explain --app {options.App.Id} --user … tells who may open it; Gateway:SignIn:Audiences, what a token must be for."));
            return false;
        }

        steps.Add(answer.StatusCode is HttpStatusCode.Unauthorized || answer.Headers.Location is not null
            ? TestStep.Ok(SignIn, answer.Headers.Location is { IsAbsoluteUri: true } location ? $"People are sent to {location.Host} to sign in." : $"People are asked to sign in ({status}).")
            : TestStep.Fail(SignIn, $"Without signing in the answer was {status}, and not the way to the sign-in.", "Look into the gateway's log, and at Gateway:SignIn."));
        steps.Add(TestStep.Skip(Step, "What the app answers to who has signed in was not seen.", "Give an access token with --token-file; whether connectors reach the app is told above."));
        return false;
    }

    private static TestStep Judge(HttpResponseMessage answer, TimeSpan took, PublishTestOptions options)
    {
        var status = (int)answer.StatusCode;
        var said = string.Create(CultureInfo.InvariantCulture, $"The app answers {status} in {took.TotalMilliseconds:0} ms");
        if (status >= 500)
        {
            return TestStep.Fail(Step, said + ".", "The app itself says so: look into its log.");
        }

        if (status is 401 or 403)
        {
            return TestStep.Warn(Step, said + ".", "The app wants a sign-on of its own, or does not let the connector's address in.");
        }

        if (status >= 400)
        {
            return TestStep.Warn(Step, said + ".", $"Ask the app for {options.App.InternalUrl} on its own network: the path of internalUrl may be wrong. --url tests another page.");
        }

        return took > options.Slow
            ? TestStep.Warn(Step, $"{said}, which is slow.", "The times below tell what is not to blame: the gateway has one of its own, and so has the connection from connector to app. Queue, connector and app have one together: to tell them apart ask the app on its own network, or look at a trace of the request.")
            : TestStep.Ok(Step, answer.Headers.Location is { } location ? $"{said}, and leads on to {location}." : said + ".");
    }

    private static TestStep BrokeOff(Exception failure)
        => TestStep.Fail(Step, $"The answer broke off: {failure.GetBaseException().Message.ReplaceLineEndings(" ")}", "Look for the request in the gateway's log, and then in the connector's.");

    /// <summary>What came of the body, and what is the matter with its end.</summary>
    private static async Task<(byte[] Body, TestStep? Problem)> ReadAsync(HttpResponseMessage answer, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        TestStep? problem = null;
        try
        {
            while (all.Length < MostOctets && await body.ReadAsync(buffer, limit.Token) is var count and > 0)
            {
                all.Write(buffer, 0, count);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            problem = TestStep.Warn(
                Step,
                $"The answer began, and had not ended after {Seconds(timeout)}; {all.Length.ToString(CultureInfo.InvariantCulture)} octets came.",
                "If it is one that stays open, such as a stream of events, all is well. Else ask the app on its own network; --timeout waits longer.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            problem = BrokeOff(failure);
        }

        return (all.ToArray(), problem);
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
