namespace AppProxy.Connector.Provisioning;

/// <summary>Why settings that came are not taken.</summary>
internal enum SettingsRefusal
{
    /// <summary>They may be.</summary>
    None,

    /// <summary>Not signed by the gateway, or not for this call.</summary>
    Forged,

    /// <summary>For another connector, or another group.</summary>
    Foreign,

    /// <summary>Than those that are in use.</summary>
    Older,
}
