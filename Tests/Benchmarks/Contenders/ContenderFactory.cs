namespace AppProxy.Benchmarks.Contenders;

/// <summary>The one list of who takes part.</summary>
internal static class ContenderFactory
{
    public static IContender Create(string name, Lane lane, string certificatePath, string workFolder)
    {
        var certificate = lane == Lane.Tls ? certificatePath : null;
        var folder = Path.Combine(workFolder, name + "-" + lane);
        return name switch
        {
            ContenderNames.App => new DirectContender(),
            ContenderNames.Yarp => new YarpContender(name, hops: 1, certificate),
            ContenderNames.TwoYarps => new YarpContender(name, hops: 2, certificate),
            ContenderNames.Ssh => new SshContender(folder),
            ContenderNames.Relay => new RelayContender(name, publishedApps: 1, folder, certificate),
            ContenderNames.RelayOfMany => new RelayContender(name, publishedApps: 10_000, folder, certificate),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such contender."),
        };
    }
}
