namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>One try, which counts unless it succeeds.</summary>
internal sealed class Attempt(IEnumerable<Allowance> taken)
{
    private readonly List<Allowance> _taken = [.. taken];

    public void Succeed() => _taken.ForEach(static allowance => allowance.GiveBack());

    /// <summary>As one, with what it took besides.</summary>
    public Attempt With(Attempt other) => new(_taken.Concat(other._taken));
}
