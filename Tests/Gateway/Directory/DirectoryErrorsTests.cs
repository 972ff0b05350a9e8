using System.Reflection;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Pages;
using FluentAssertions;
using Microsoft.AspNetCore.Identity;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.OfDirectory;

/// <summary>What Identity refuses is said in English on consoles, and in the reader's language on pages.</summary>
[TestFixture]
internal sealed class DirectoryErrorsTests
{
    private static IEnumerable<string> Known => typeof(DirectoryErrors).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(static method => method.Name);

    [TestCaseSource(nameof(Known))]
    public void Are_Identitys_own_with_their_values_in_every_language(string code)
    {
        var told = Describe(new DirectoryErrors(), code).Should().BeOfType<DirectoryError>().Subject;
        var own = Describe(new IdentityErrorDescriber(), code);

        (told.Code, told.Description).Should().Be((own.Code, own.Description));
        told.In(Language.English).Should().Be(own.Description);
        told.In(Language.German).Should().NotBe(own.Description).And.NotContain("{");
        told.In(Language.German).Contains("42", StringComparison.Ordinal).Should().Be(own.Description.Contains("42", StringComparison.Ordinal));
    }

    private static IdentityError Describe(IdentityErrorDescriber describer, string code)
    {
        var method = describer.GetType().GetMethod(code)!;
        return (IdentityError)method.Invoke(describer, [.. method.GetParameters().Select(static parameter => parameter.ParameterType == typeof(int) ? (object)42 : "42")])!;
    }
}
