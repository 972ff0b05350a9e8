namespace AppProxy.Gateway.Relay;

/// <summary>By whose leave an exchange goes on; a feature of the request. Without one it needs nobody's.</summary>
internal interface IAdmission
{
    /// <summary>Whom connectors are told it is.</summary>
    string Subject { get; }

    /// <summary>Whether the leave was taken back or has run out: what is still open ends.</summary>
    bool IsOver { get; }

    /// <summary>Something that was admitted is still being used.</summary>
    void Using();
}
