using System.Net;
using System.Net.Sockets;
using AppProxy.Testing;

namespace AppProxy.Tests.EndToEnd.SignIn;

/// <summary>
/// A browser without scripts: cookies with all their rules, redirects, forms, Fetch Metadata. Every host is this machine.
/// </summary>
internal sealed class TestBrowser : IDisposable
{
    private const int MostRedirects = 20;

    private readonly HttpMessageInvoker _client;
    private readonly List<BrowserCookie> _cookies = [];

    public TestBrowser()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, Routes.GetValueOrDefault(context.DnsEndPoint.Port, context.DnsEndPoint.Port), token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.GetCertHashString() == TestCertificate.Instance.GetCertHashString();
        // Which gateway gets a connection is for each request to say.
        handler.PooledConnectionLifetime = TimeSpan.Zero;
        _client = new HttpMessageInvoker(handler);
    }

    /// <summary>Which port a port leads to, as a load balancer has it.</summary>
    public Dictionary<int, int> Routes { get; } = [];

    /// <summary>Which languages its person reads, as Accept-Language has it.</summary>
    public string Languages { get; init; } = "";

    public IReadOnlyList<BrowserCookie> Cookies => _cookies;

    public void Set(BrowserCookie cookie)
    {
        _cookies.RemoveAll(known => known.Name == cookie.Name && known.Host == cookie.Host && known.IsHostOnly == cookie.IsHostOnly && known.Path == cookie.Path);
        _cookies.Add(cookie);
    }

    public void Forget(Predicate<BrowserCookie> which) => _cookies.RemoveAll(which);

    /// <summary>What a Cookie field would hold.</summary>
    public string CookiesFor(Uri url) => CookieField(url, isCrossSite: false, isSafeNavigation: true);

    /// <summary>Goes to a page, and on to where it leads.</summary>
    /// <param name="until">Stops before a URL of which this holds.</param>
    public Task<BrowserAnswer> GoAsync(Uri url, CancellationToken cancellationToken, Predicate<Uri>? until = null) =>
        NavigateAsync(HttpMethod.Get, url, null, null, until, cancellationToken);

    /// <summary>Sends the page's form, as a click on its button does.</summary>
    public Task<BrowserAnswer> SubmitAsync(BrowserAnswer page, CancellationToken cancellationToken, params (string Name, string Value)[] fields)
    {
        var (action, all) = page.Form;
        foreach (var (name, value) in fields)
        {
            all[name] = value;
        }

        return PostAsync(action, all, page.Url, cancellationToken);
    }

    /// <summary>Sends a form from a page at <paramref name="from"/>.</summary>
    public Task<BrowserAnswer> PostAsync(Uri url, IEnumerable<KeyValuePair<string, string>> fields, Uri from, CancellationToken cancellationToken, Predicate<Uri>? until = null) =>
        NavigateAsync(HttpMethod.Post, url, new FormUrlEncodedContent(fields), from, until, cancellationToken);

    /// <summary>Sends a form of any kind from a page at <paramref name="from"/>.</summary>
    public Task<BrowserAnswer> SendAsync(Uri url, HttpContent content, Uri from, CancellationToken cancellationToken) => NavigateAsync(HttpMethod.Post, url, content, from, null, cancellationToken);

    /// <summary>What a script or an API client sends: no navigation.</summary>
    public async Task<HttpResponseMessage> FetchAsync(HttpMethod method, Uri url, CancellationToken cancellationToken, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(method, url);
        Add(request, "Cookie", CookieField(url, isCrossSite: false, isSafeNavigation: false));
        Add(request, "Sec-Fetch-Mode", "cors");
        foreach (var (name, value) in fields)
        {
            request.Headers.Remove(name);
            Add(request, name, value);
        }

        var response = await _client.SendAsync(request, cancellationToken);
        Keep(url, response);
        return response;
    }

    public void Dispose() => _client.Dispose();

    private async Task<BrowserAnswer> NavigateAsync(HttpMethod method, Uri url, HttpContent? content, Uri? from, Predicate<Uri>? until, CancellationToken cancellationToken)
    {
        var way = new List<Uri>();
        var isCrossSite = from is not null && SiteOf(from) != SiteOf(url);
        while (true)
        {
            way.Add(url);
            var request = new HttpRequestMessage(method, url) { Content = content };
            Add(request, "Cookie", CookieField(url, isCrossSite, method == HttpMethod.Get));
            Add(request, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
            Add(request, "Accept-Language", Languages);
            Add(request, "Sec-Fetch-Mode", "navigate");
            Add(request, "Sec-Fetch-Dest", "document");
            Add(request, "Sec-Fetch-Site", from is null ? "none" : isCrossSite ? "cross-site" : from.Authority == url.Authority && from.Scheme == url.Scheme ? "same-origin" : "same-site");
            if (method == HttpMethod.Post)
            {
                Add(request, "Origin", from is null ? "null" : from.GetLeftPart(UriPartial.Authority));
            }

            using var response = await _client.SendAsync(request, cancellationToken);
            Keep(url, response);
            var answer = new BrowserAnswer(url, response.StatusCode, response.Headers, await response.Content.ReadAsStringAsync(cancellationToken), way);
            var next = response.Headers.Location is { } location ? new Uri(url, location) : answer.Refresh;
            if (next is null || until?.Invoke(next) == true)
            {
                return next is null ? answer : answer with { Way = [.. way, next] };
            }

            // A fragment goes along with redirects that have none of their own (RFC 9110 section 10.2.2); a page is another matter.
            if (next.Fragment.Length == 0 && url.Fragment.Length > 0 && answer.Refresh is null)
            {
                next = new Uri(next, url.Fragment);
            }

            isCrossSite |= SiteOf(url) != SiteOf(next);
            from ??= url;
            (method, content, url) = (HttpMethod.Get, null, next);
            if (way.Count > MostRedirects)
            {
                throw new InvalidOperationException("Too many redirects: " + string.Join("\n", way));
            }
        }
    }

    private void Keep(Uri from, HttpResponseMessage response)
    {
        foreach (var field in response.Headers.TryGetValues("Set-Cookie", out var fields) ? fields : [])
        {
            if (BrowserCookie.Parse(field, from, out var isGone) is not { } cookie)
            {
                continue;
            }

            Set(cookie);
            if (isGone)
            {
                _cookies.Remove(cookie);
            }
        }
    }

    private string CookieField(Uri url, bool isCrossSite, bool isSafeNavigation) =>
        string.Join("; ", _cookies.Where(cookie => cookie.IsFor(url, isCrossSite, isSafeNavigation)).Select(static cookie => $"{cookie.Name}={cookie.Value}"));

    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (value.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private static string SiteOf(Uri url) => string.Join('.', url.Host.Split('.').TakeLast(2));
}
