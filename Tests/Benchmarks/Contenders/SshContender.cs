using System.Diagnostics;
using System.Globalization;
using AppProxy.Benchmarks.Running;

namespace AppProxy.Benchmarks.Contenders;

/// <summary>
/// OpenSSH's reverse tunnel: what an administrator without a product does. An sshd of its own on a loopback port, throw-away keys.
/// It forwards bytes, so the TLS lane goes through it end to end.
/// </summary>
internal sealed class SshContender(string folder) : IContender
{
    private readonly List<ChildProcess> _processes = [];

    public string Name => ContenderNames.Ssh;

    public IReadOnlyList<ChildProcess> Processes => _processes;

    public async Task<Entrance> StartAsync(Uri app, CancellationToken cancellationToken)
    {
        // sshd runs itself again for each connection and insists on being called by its whole path.
        var sshd = Find("/usr/sbin/sshd", "/usr/bin/sshd", "/usr/local/sbin/sshd");
        var ssh = Find("/usr/bin/ssh", "/usr/local/bin/ssh");
        Directory.CreateDirectory(folder);
        var hostKey = await CreateKeyAsync("host", cancellationToken);
        var userKey = await CreateKeyAsync("user", cancellationToken);
        File.Copy(userKey + ".pub", Path.Combine(folder, "authorized_keys"));

        var sshPort = LoopbackPort.Find();
        var publicPort = LoopbackPort.Find();
        var configuration = Path.Combine(folder, "sshd_config");
        await File.WriteAllTextAsync(
            configuration,
            string.Create(CultureInfo.InvariantCulture, $"""
                ListenAddress 127.0.0.1
                Port {sshPort}
                HostKey {hostKey}
                AuthorizedKeysFile {Path.Combine(folder, "authorized_keys")}
                PidFile none
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin yes
                AllowTcpForwarding yes

                """),
            cancellationToken);

        // Needed by sshd when it runs as root, and usually made by the system's start-up.
        if (Environment.IsPrivilegedProcess)
        {
            Directory.CreateDirectory("/run/sshd");
        }

        _processes.Add(ChildProcess.StartRole("role-guard", "--", sshd, "-D", "-e", "-f", configuration));
        var url = new UriBuilder(app.Scheme, "127.0.0.1", publicPort).Uri;
        var sshArguments = string.Create(
            CultureInfo.InvariantCulture,
            $"-F none -N -T -p {sshPort} -i {userKey} -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ExitOnForwardFailure=yes -o ConnectionAttempts=50 -R 127.0.0.1:{publicPort}:{app.Host}:{app.Port} {Environment.UserName}@127.0.0.1");
        _processes.Add(ChildProcess.StartRole(["role-guard", "--", ssh, .. sshArguments.Split(' ')]));
        var entrance = new Entrance(url);
        await Answering.WaitAsync(entrance, [.. _processes], cancellationToken);
        return entrance;
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _processes.Count - 1; i >= 0; i--)
        {
            await _processes[i].DisposeAsync();
        }
    }

    private async Task<string> CreateKeyAsync(string name, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, name);
        using var keygen = Process.Start(new ProcessStartInfo(Find("/usr/bin/ssh-keygen", "/usr/local/bin/ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-f", path]))!;
        await keygen.WaitForExitAsync(cancellationToken);
        return keygen.ExitCode == 0 ? path : throw new ContenderUnavailableException("ssh-keygen failed.");
    }

    private static string Find(params string[] places) =>
        Array.Find(places, File.Exists) ?? throw new ContenderUnavailableException($"{Path.GetFileName(places[0])} is not installed.");
}
