using AppProxy.Gateway.Relay;

namespace AppProxy.Gateway.SignIn;

/// <summary>Who makes a request, and how sure we are.</summary>
internal interface ICaller : IAdmission
{
    SignedInUser User { get; }

    /// <inheritdoc/>
    string IAdmission.Subject => User.Id;

    /// <summary>When the provider saw them last; <see cref="SignInTime.Unknown"/> where it does not say.</summary>
    DateTimeOffset AuthenticatedAt { get; }

    /// <summary>Whether it is a person in a browser, who can be led through a sign-in.</summary>
    bool IsBrowser { get; }
}
