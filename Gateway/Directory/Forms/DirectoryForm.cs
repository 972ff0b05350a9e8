using AppProxy.Gateway.Pages;

namespace AppProxy.Gateway.Directory.Forms;

/// <summary>A page with a form.</summary>
internal sealed record DirectoryForm
{
    /// <summary>What all of it is written in.</summary>
    public required Language Language { get; init; }

    public required string Title { get; init; }

    /// <summary>Below <see cref="DirectoryPaths.Root"/>; where the form goes.</summary>
    public required string Path { get; init; }

    /// <summary>HTML above the form.</summary>
    public string Text { get; init; } = "";

    /// <summary>HTML of the fields.</summary>
    public string Fields { get; init; } = "";

    public required string Button { get; init; }

    /// <summary>HTML of buttons beside it.</summary>
    public string MoreButtons { get; init; } = "";

    /// <summary>HTML below the form.</summary>
    public string After { get; init; } = "";

    /// <summary>Plain text of what was wrong with what was sent; read out by screen readers as soon as the page is there.</summary>
    public string? Problem { get; init; }

    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>A script of ours.</summary>
    public string? Script { get; init; }

    /// <summary>Carried along.</summary>
    public string? Return { get; init; }
}
