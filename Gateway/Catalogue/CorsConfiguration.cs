namespace AppProxy.Gateway.Catalogue;

/// <summary>Which scripts of other origins may ask below a path (Graph's <c>corsConfiguration_v2</c>).</summary>
/// <param name="Resource">Path within the part of the app, such as <c>/api</c>; <c>/</c> is all of it.</param>
/// <param name="AllowedOrigins">As browsers send them, with case; <c>*</c> is any.</param>
/// <param name="AllowedMethods"><c>*</c> is any.</param>
/// <param name="AllowedHeaders">A star at the end stands for anything.</param>
/// <param name="MaxAge">How long browsers may remember.</param>
internal sealed record CorsConfiguration(
    string Resource, EquatableList<string> AllowedOrigins, EquatableList<string> AllowedMethods, EquatableList<string> AllowedHeaders, TimeSpan MaxAge);
