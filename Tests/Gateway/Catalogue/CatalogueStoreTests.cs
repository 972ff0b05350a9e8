using System.Text;
using AppProxy.Gateway.Catalogue;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Catalogue;

[TestFixture]
internal sealed class CatalogueStoreTests
{
    private const string Empty = "{}";
    private readonly RecordingLogger<CatalogueStore> _logger = new();
    private string _directory = "";
    private string _file = "";

    [SetUp]
    public void CreateDirectory()
    {
        _directory = Directory.CreateTempSubdirectory("appproxy-catalogue").FullName;
        _file = Path.Combine(_directory, "apps.json");
    }

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    [CancelAfter(20_000)]
    public async Task A_bad_file_stops_the_start(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(_file, """{ "applications": [ {} ], "x": 1 }""", cancellationToken);
        using var store = CreateStore();

        var start = () => store.StartAsync(cancellationToken);

        (await start.Should().ThrowAsync<CatalogueException>()).WithMessage($"{_file} has 3 problems:\n  line 1, *");
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_missing_file_stops_the_start(CancellationToken cancellationToken)
    {
        using var store = CreateStore();

        var start = () => store.StartAsync(cancellationToken);

        (await start.Should().ThrowAsync<CatalogueException>()).WithMessage($"{_file}: *does not exist*");
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_written_change_is_picked_up(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(_file, Empty, cancellationToken);
        using var store = CreateStore();
        await store.StartAsync(cancellationToken);
        var changed = NextChange(store);

        await File.WriteAllTextAsync(_file, App("https://hr.example.com/"), cancellationToken);

        var snapshot = await changed.WaitAsync(cancellationToken);
        snapshot.Apps.Should().ContainSingle();
        store.Current.Should().BeSameAs(snapshot);
        await store.StopAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_file_replaced_by_renaming_is_picked_up(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(_file, Empty, cancellationToken);
        using var store = CreateStore();
        await store.StartAsync(cancellationToken);
        var first = store.Current.Version;

        foreach (var host in new[] { "a", "b" })
        {
            var changed = NextChange(store);
            await File.WriteAllTextAsync(_file + "~", App($"https://{host}.example.com/"), cancellationToken);
            File.Move(_file + "~", _file, overwrite: true);
            (await changed.WaitAsync(cancellationToken)).Apps.Single().ExternalHost.Should().Be(host + ".example.com");
        }

        store.Current.Version.Should().BeGreaterThan(first + 1);
        await store.StopAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_bad_change_is_reported_once_and_the_old_version_stays(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(_file, App("https://hr.example.com/"), cancellationToken);
        using var store = CreateStore();
        await store.StartAsync(cancellationToken);
        var before = store.Current;

        await File.WriteAllTextAsync(_file, """{ "applicatons": [] }""", cancellationToken);

        var line = await _logger.NextAsync(LogLevel.Error, cancellationToken);
        line.Should().Contain("the one before stays").And.Contain(_file).And.Contain("Did you mean 'applications'?");
        store.Current.Should().BeSameAs(before);
        await store.StopAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_change_that_is_not_utf8_is_told_with_its_line_and_the_next_one_is_picked_up(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(_file, App("https://hr.example.com/"), cancellationToken);
        using var store = CreateStore();
        await store.StartAsync(cancellationToken);
        var changed = NextChange(store);

        await File.WriteAllBytesAsync(_file, Encoding.Latin1.GetBytes("{ \"applications\":\n[ { \"displayName\": \"Büro\" } ] }"), cancellationToken);
        (await _logger.NextAsync(LogLevel.Error, cancellationToken)).Should().Contain("line 2, $.applications[0].displayName: has a character that is not UTF-8");

        await File.WriteAllTextAsync(_file, App("https://it.example.com/"), cancellationToken);
        (await changed.WaitAsync(cancellationToken)).Apps.Single().ExternalHost.Should().Be("it.example.com");
        await store.StopAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_fault_of_ours_with_one_change_is_told_and_the_next_one_is_picked_up(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(_file, Empty, cancellationToken);
        using var store = CreateStore();
        await store.StartAsync(cancellationToken);
        var before = store.Current;
        var changed = NextChange(store);
        store.Changing += static next => _ = next.Apps.Single().ExternalHost.StartsWith("hr", StringComparison.Ordinal) ? throw new InvalidOperationException("a bug") : true;

        await File.WriteAllTextAsync(_file, App("https://hr.example.com/"), cancellationToken);
        (await _logger.NextAsync(LogLevel.Error, cancellationToken)).Should().Contain("could not be taken over");
        store.Current.Should().BeSameAs(before);

        await File.WriteAllTextAsync(_file, App("https://it.example.com/"), cancellationToken);
        (await changed.WaitAsync(cancellationToken)).Apps.Single().ExternalHost.Should().Be("it.example.com");
        await store.StopAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task Where_no_events_come_the_file_and_its_pictures_are_looked_at_every_few_seconds(CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider();
        var icon = Path.Combine(_directory, "hr.png");
        await File.WriteAllBytesAsync(icon, [1], cancellationToken);
        await File.WriteAllTextAsync(_file, App("https://hr.example.com/"), cancellationToken);
        using var store = new CatalogueStore(new CatalogueOptions { Path = _file, HasFileEvents = false }, time, _logger);
        await store.StartAsync(cancellationToken);

        var withIcon = NextChange(store);
        await File.WriteAllTextAsync(_file, App("https://hr.example.com/").Replace("\"HR\",", "\"HR\", \"info\": { \"logoUrl\": \"hr.png\" },", StringComparison.Ordinal), cancellationToken);
        await AdvanceUntilAsync(withIcon);
        (await withIcon).Apps.Single().Presentation.Icon.Should().Be(new AppIcon("image/png", "AQ=="));

        var withOther = NextChange(store);
        await File.WriteAllBytesAsync(icon, [1, 2], cancellationToken);
        await AdvanceUntilAsync(withOther);
        (await withOther).Apps.Single().Presentation.Icon.Should().Be(new AppIcon("image/png", "AQI="));
        await store.StopAsync(cancellationToken);

        async Task AdvanceUntilAsync(Task change)
        {
            while (!change.IsCompleted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        }
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task The_file_is_read_only_after_a_quiet_time(CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider();
        using var watcher = new CatalogueFileWatcher(_file, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), time);
        var change = watcher.WaitForChangeAsync(cancellationToken);

        time.Advance(TimeSpan.FromMinutes(1));
        change.IsCompleted.Should().BeFalse("nothing was written");
        await File.WriteAllTextAsync(_file, Empty, cancellationToken);

        // The hint comes from the operating system: time goes on until it did, and the quiet time is over.
        while (!change.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await change;
    }

    [Test]
    public void Given_json_needs_no_file()
    {
        using var store = new CatalogueStore(new CatalogueOptions { Json = App("https://hr.example.com/") }, TimeProvider.System, _logger);

        store.Load();

        store.Current.TryGet(store.Current.Apps.Single().Id, out _).Should().BeTrue();
    }

    private static Task<CatalogueSnapshot> NextChange(CatalogueStore store)
    {
        var changed = new TaskCompletionSource<CatalogueSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Changed += snapshot => changed.TrySetResult(snapshot);
        return changed.Task;
    }

    private static string App(string externalUrl)
        => $$"""
            { "applications": [ { "displayName": "HR", "onPremisesPublishing": {
              "externalUrl": "{{externalUrl}}", "internalUrl": "http://hr.corp/", "externalAuthenticationType": "passthru" } } ] }
            """;

    private CatalogueStore CreateStore()
        => new(new CatalogueOptions { Path = _file, ReloadDelay = TimeSpan.FromMilliseconds(10) }, TimeProvider.System, _logger);
}
