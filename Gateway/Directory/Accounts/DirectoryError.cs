using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>Why Identity refuses something: for a console in English, for a page in its language.</summary>
internal sealed class DirectoryError : IdentityError
{
    private readonly string _name;
    private readonly object?[] _values;

    /// <param name="name">Of the text, which is <c>Directory_</c> and the code.</param>
    /// <param name="values">What goes into it.</param>
    public DirectoryError(string name, params object?[] values)
    {
        (_name, _values) = (name, values);
        Code = name[(name.IndexOf('_', StringComparison.Ordinal) + 1)..];
        Description = In(Language.English);
    }

    /// <summary>Plain text.</summary>
    public string In(Language texts) => texts.Format(_name, _values);
}
