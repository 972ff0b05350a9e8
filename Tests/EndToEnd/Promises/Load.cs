using System.Net;
using FluentAssertions;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>Clients of a <see cref="CountingApp"/>, each with one request after the other until it is ended; fails with the first answer that is not the whole right one.</summary>
internal sealed class Load
{
    private readonly Tally _answered = new();
    private readonly HttpClient _client;
    private readonly HttpMethod[] _methods;
    private readonly CancellationToken _cancellation;
    private readonly Task _clients;
    private volatile bool _isOver;

    /// <param name="client">Whose base address is the app's.</param>
    /// <param name="clients">How many at once.</param>
    /// <param name="methods">Used in turn.</param>
    /// <param name="cancellation">Ends the load with a failure.</param>
    public Load(HttpClient client, int clients, HttpMethod[] methods, CancellationToken cancellation)
    {
        _client = client;
        _methods = methods;
        _cancellation = cancellation;
        _clients = Task.WhenAll(Enumerable.Range(0, clients).Select(RunAsync));
    }

    /// <summary>Answers so far.</summary>
    public long Answered => _answered.Count;

    /// <summary>Waits for so many answers more, or throws what broke the load.</summary>
    public async Task WaitForMoreAsync(int answers)
    {
        var goal = _answered.Count + answers;
        await await Task.WhenAny(_answered.WaitForAsync(count => count >= goal, _cancellation), _clients);
    }

    /// <summary>Lets every client have its last answer.</summary>
    public Task EndAsync()
    {
        _isOver = true;
        return _clients;
    }

    private async Task RunAsync(int number)
    {
        for (var i = 0; !_isOver; i++)
        {
            using var request = new HttpRequestMessage(_methods[i % _methods.Length], $"/{number}/{i}");
            if (request.Method == HttpMethod.Post)
            {
                request.Content = new StringContent("an order");
            }

            using var answer = await _client.SendAsync(request, _cancellation);
            answer.StatusCode.Should().Be(HttpStatusCode.OK, "of {0} {1}", request.Method, request.RequestUri);
            (await answer.Content.ReadAsStringAsync(_cancellation)).Should().Be($"{request.Method}/{number}/{i}");
            _answered.Add(1);
        }
    }
}
