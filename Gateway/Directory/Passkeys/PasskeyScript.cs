namespace AppProxy.Gateway.Directory.Passkeys;

/// <summary>Asks the browser for a passkey, and sends its answer with the page's form (Web Authentication level 3 section 5.1).</summary>
/// <remarks>The conversions are written out: not every browser that has passkeys has <c>parseRequestOptionsFromJSON</c>, and password safes get <c>toJSON</c> wrong.</remarks>
internal static class PasskeyScript
{
    /// <summary>Id of the button that signs in; a page without one adds a passkey with its form.</summary>
    public const string SignInButton = "passkey-use";

    public const string Text = """
        (function () {
          var state = document.querySelector("input[name=passkey-state]"), answer = document.querySelector("input[name=passkey]"), form = state.form;
          var use = document.getElementById("passkey-use"), problem = document.getElementById("passkey-problem");
          function bytes(text) {
            return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), function (c) { return c.charCodeAt(0); });
          }
          function text(buffer) {
            return btoa(String.fromCharCode.apply(null, new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
          }
          function options() {
            var read = JSON.parse(state.dataset.options, function (name, value) { return value === null ? undefined : value; });
            read.challenge = bytes(read.challenge);
            if (read.user) read.user.id = bytes(read.user.id);
            (read.excludeCredentials || []).concat(read.allowCredentials || []).forEach(function (one) { one.id = bytes(one.id); });
            return read;
          }
          function send(credential) {
            var from = credential.response, response = { clientDataJSON: text(from.clientDataJSON) };
            ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) { if (from[name]) response[name] = text(from[name]); });
            if (from.getTransports) response.transports = from.getTransports();
            answer.value = JSON.stringify({
              id: credential.id, rawId: text(credential.rawId), type: credential.type, response: response,
              authenticatorAttachment: credential.authenticatorAttachment || undefined, clientExtensionResults: credential.getClientExtensionResults()
            });
            form.submit();
          }
          function fail() { problem.hidden = false; }
          if (!window.PublicKeyCredential) return;
          if (!use) {
            form.addEventListener("submit", function (event) {
              event.preventDefault();
              problem.hidden = true;
              navigator.credentials.create({ publicKey: options() }).then(send).catch(fail);
            });
            return;
          }
          var waiting = new AbortController();
          use.hidden = false;
          use.addEventListener("click", function () {
            waiting.abort();
            problem.hidden = true;
            navigator.credentials.get({ publicKey: options() }).then(send).catch(fail);
          });
          if (PublicKeyCredential.isConditionalMediationAvailable) PublicKeyCredential.isConditionalMediationAvailable().then(function (can) {
            return can && navigator.credentials.get({ publicKey: options(), mediation: "conditional", signal: waiting.signal }).then(send);
          }).catch(function () {});
        })();
        """;
}
