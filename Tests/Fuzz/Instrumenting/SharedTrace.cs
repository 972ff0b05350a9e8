using System.Linq.Expressions;
using System.Reflection;

namespace AppProxy.Fuzz.Instrumenting;

/// <summary>The two fields of SharpFuzz.Common.Trace through which instrumented code reports.</summary>
/// <remarks>Reached by name: an assembly that refers to that type counts as instrumented already, and this one is instrumented too.</remarks>
internal static class SharedTrace
{
    private static readonly Type Trace = Assembly.Load("SharpFuzz.Common").GetType("SharpFuzz.Common.Trace", throwOnError: true)!;

    /// <summary>Forgets where the last run ended.</summary>
    public static Action ResetLocation { get; } =
        Expression.Lambda<Action>(Expression.Assign(Expression.Field(null, Trace.GetField("PrevLocation")!), Expression.Constant(0))).Compile();

    public static unsafe void SetMap(byte* map) => Trace.GetField("SharedMem")!.SetValue(null, Pointer.Box(map, typeof(byte*)));
}
