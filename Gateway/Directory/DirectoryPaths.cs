namespace AppProxy.Gateway.Directory;

/// <summary>The directory's paths on the gateway's own host. Those of the protocol stand in the discovery document.</summary>
internal static class DirectoryPaths
{
    /// <summary>Everything of the directory is below it; it is the issuer's path too.</summary>
    public const string Root = "/directory";

    public const string Authorize = "/authorize";
    public const string Token = "/token";
    public const string EndSession = "/end-session";
    public const string DeviceAuthorization = "/device-authorization";

    /// <summary>Where a person types the code that a program shows.</summary>
    public const string Device = "/device";
    public const string DeviceDone = "/device/done";
    public const string DeviceDenied = "/device/denied";

    /// <summary>Where a person says whether a program on this machine may act for them.</summary>
    public const string Consent = "/consent";

    public const string SignIn = "/sign-in";
    public const string Code = "/sign-in/code";
    public const string RecoveryCode = "/sign-in/recovery-code";

    /// <summary>Where a person changes the password.</summary>
    public const string Password = "/account/password";

    /// <summary>Where a person sets up, or turns off, two-step verification.</summary>
    public const string TwoSteps = "/account/two-steps";

    /// <summary>Where a person adds passkeys, names them and takes them away.</summary>
    public const string Passkeys = "/account/passkeys";

    /// <summary>Where a person gets new recovery codes.</summary>
    public const string RecoveryCodes = "/account/recovery-codes";

    /// <summary>Where a link leads that a command made: to a first password, or a new one.</summary>
    public const string Link = "/link";
}
