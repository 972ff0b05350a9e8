namespace AppProxy.Gateway.Catalogue;

/// <summary>Methods that this app allows to be run a second time unseen. HEAD and OPTIONS always are (DESIGN.md section 2).</summary>
[Flags]
internal enum ReplayableMethods
{
    None = 0,
    Get = 1,
    Put = 2,
    Delete = 4,
}
