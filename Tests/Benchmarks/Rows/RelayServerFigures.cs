namespace AppProxy.Benchmarks.Rows;

/// <summary>
/// Thinktecture RelayServer 3.1 on RabbitMQ against YARP, measured side by side on 2026-11-22 on two cores (medians of five rounds).
/// It is not run here, so only the ratio carries over: the relay is to have at least five times its share of YARP.
/// </summary>
internal static class RelayServerFigures
{
    public const double TimesAhead = 5;

    public const double Get1KibAt32 = 2_493d / 37_914;
    public const double Get1KibAt1 = 627d / 13_246;
    public const double Get1KibAt256 = 1_305d / 38_530;
    public const double Post1KibAt32 = 2_342d / 30_302;
    public const double Get100KibAt8 = 857d / 14_725;
    public const double LargeGet = 381d / 1_629;
}
