using System.Globalization;

namespace AppProxy.Tests;

/// <summary>
/// How large the tests are that have a size: the variable <c>APPPROXY_SCALE</c> is <c>full</c> for what is promised, a number for so many
/// times the usual, and absent for the usual. It changes sizes and counts, and nothing else.
/// </summary>
internal sealed class Scale
{
    public const string Variable = "APPPROXY_SCALE";

    private readonly double? _factor;

    private Scale(double? factor) => _factor = factor;

    /// <exception cref="FormatException">The variable has no meaning.</exception>
    public static Scale Current => Parse(Environment.GetEnvironmentVariable(Variable));

    /// <exception cref="FormatException"><paramref name="value"/> has no meaning.</exception>
    public static Scale Parse(string? value) => value switch
    {
        null or "" => new Scale(1),
        "full" => new Scale(null),
        _ when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor > 0 && double.IsFinite(factor) => new Scale(factor),
        _ => throw new FormatException($"{Variable} is '{value}': it must be 'full', or a number above 0 such as 0.5 or 4."),
    };

    /// <summary>At this scale; 1 at least.</summary>
    /// <param name="usual">What every run can afford.</param>
    /// <param name="full">What is promised.</param>
    public long Of(long usual, long full) => _factor is { } factor ? Math.Max(1, (long)Math.Round(usual * factor)) : full;

    /// <inheritdoc cref="Of(long, long)"/>
    public int Of(int usual, int full) => checked((int)Of((long)usual, full));
}
