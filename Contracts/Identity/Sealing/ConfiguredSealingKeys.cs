namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>A connector that has its group's secret by configuration, and goes by its own clock.</summary>
internal sealed class ConfiguredSealingKeys : ConnectorSealingKeys
{
    /// <param name="secret">Seals and opens.</param>
    /// <param name="other">Opens too: the next one, or the one before, while keys are changed.</param>
    /// <param name="time">Clock.</param>
    public ConfiguredSealingKeys(GroupSecret secret, GroupSecret? other, TimeProvider time)
        : base(Guid.Empty, time)
    {
        GroupSecret[] secrets = other is null ? [secret] : [other, secret];
        Take(new HeldKeys(
            time.GetUtcNow().ToUnixTimeSeconds(),
            [.. secrets.Select(static one => new HeldKey(one.Id, 0, null, Convert.ToBase64String(one.Down), Convert.ToBase64String(one.UpOf(Guid.Empty))))]));
    }

    /// <summary>There are no others.</summary>
    public override Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
