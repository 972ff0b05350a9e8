using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Passkeys;

/// <summary>
/// What a page asks of the browser's passkeys, and whether the answer is right: by Identity's handler. What it asked goes along in the form, sealed,
/// so that pages in two tabs do not disturb each other.
/// </summary>
internal sealed class PasskeyCeremony(IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>What the browser answered.</summary>
    public const string Answer = "passkey";

    private const string State = "passkey-state";
    private const string Additions = "add";
    private const string SignIns = "sign-in";

    /// <summary>How long a page may stay open.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly IDataProtector _protector = protection.CreateProtector("AppProxy.Directory.Passkey");

    /// <summary>HTML of the form's fields with which a passkey is added.</summary>
    public async Task<string> BeginAdditionAsync(HttpContext context, Language texts, DirectoryUser user)
    {
        var options = await HandlerOf(context).MakeCreationOptionsAsync(new PasskeyUserEntity { Id = user.Id, Name = user.UserName!, DisplayName = user.Name }, context);
        return Fields(texts, Additions, options.CreationOptionsJson, options.AttestationState);
    }

    /// <summary>HTML of the form's fields with which somebody signs in, whoever it is: the passkey says it.</summary>
    public async Task<string> BeginSignInAsync(HttpContext context, Language texts)
    {
        var options = await HandlerOf(context).MakeRequestOptionsAsync(null, context);
        return Fields(texts, SignIns, options.RequestOptionsJson, options.AssertionState);
    }

    /// <returns>Null when the page asked too long ago, or was none of ours.</returns>
    public async Task<PasskeyAttestationResult?> FinishAdditionAsync(HttpContext context, IFormCollection form)
    {
        if (Open(Additions, form) is not { } state)
        {
            return null;
        }

        var result = await HandlerOf(context).PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = context, CredentialJson = form[Answer].ToString(), AttestationState = state });
        ThrowIfStoreIsAway(result.Failure);
        return result;
    }

    /// <summary>An answer counts once.</summary>
    /// <returns>Null when the page asked too long ago, or was none of ours.</returns>
    public async Task<PasskeyAssertionResult<DirectoryUser>?> FinishSignInAsync(HttpContext context, UserManager<DirectoryUser> users, IFormCollection form)
    {
        if (Open(SignIns, form) is not { } state)
        {
            return null;
        }

        var result = await HandlerOf(context).PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = context, CredentialJson = form[Answer].ToString(), AssertionState = state });
        ThrowIfStoreIsAway(result.Failure);
        return !result.Succeeded || (UsedCodes.TryUse(result.User, state, time.GetUtcNow()) && (await users.UpdateAsync(result.User)).Succeeded)
            ? result
            : PasskeyAssertionResult.Fail<DirectoryUser>(new PasskeyException("The answer was used before."));
    }

    /// <summary>
    /// Identity's handler takes whatever goes wrong for a wrong answer, also that nobody can be asked whose passkey it is. What is wrong with an answer is in the chain too
    /// (JSON that cannot be read), so that only what a server throws counts.
    /// </summary>
    private static void ThrowIfStoreIsAway(Exception? failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is StoreException or DbException or SocketException or TimeoutException)
            {
                ExceptionDispatchInfo.Throw(cause);
            }
        }
    }

    private string Fields(Language texts, string purpose, string options, string? state) =>
        $"""
        <input type="hidden" name="{Answer}" value=""><input type="hidden" name="{State}" value="{Page.Encode(Seal(purpose, state ?? ""))}" data-options="{Page.Encode(options)}">
        <p class="notice bad" role="alert" id="passkey-problem" hidden>{texts.Html("Directory_NoPasskey")}</p>
        """;

    private string Seal(string purpose, string state)
        => _protector.CreateProtector(purpose).Protect(time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) + ' ' + state);

    private string? Open(string purpose, IFormCollection form)
    {
        try
        {
            var parts = _protector.CreateProtector(purpose).Unprotect(form[State].ToString()).Split(' ', 2);
            return time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[0], CultureInfo.InvariantCulture)) < Lifetime ? parts[1] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static IPasskeyHandler<DirectoryUser> HandlerOf(HttpContext context) => context.RequestServices.GetRequiredService<IPasskeyHandler<DirectoryUser>>();
}
