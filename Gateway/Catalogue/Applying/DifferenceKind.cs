namespace AppProxy.Gateway.Catalogue.Applying;

internal enum DifferenceKind
{
    Added,
    Changed,
    Removed,
}
