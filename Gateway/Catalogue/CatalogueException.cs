using System.Collections.Immutable;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Catalogue;

/// <summary>The apps file or the store cannot be served. The message is complete and meant for the operator: a line for each problem.</summary>
internal sealed class CatalogueException : Exception
{
    public CatalogueException(string source, ImmutableArray<CatalogueFinding> problems)
        : base(Describe(source, problems))
    {
        Problems = problems;
    }

    /// <summary>The store they are in cannot be used.</summary>
    public CatalogueException(StoreException cause)
        : base(cause.Message, cause)
    {
        Problems = [new CatalogueFinding("the store", 0, cause.Reason)];
    }

    public ImmutableArray<CatalogueFinding> Problems { get; }

    /// <summary>One problem, which has no line.</summary>
    public static CatalogueException Because(string source, string place, string message) => new(source, [new CatalogueFinding(place, 0, message)]);

    private static string Describe(string source, ImmutableArray<CatalogueFinding> problems)
        => problems.Length == 1
            ? $"{source}: {problems[0]}"
            : $"{source} has {problems.Length} problems:\n{string.Join('\n', problems.Select(problem => "  " + problem))}";
}
