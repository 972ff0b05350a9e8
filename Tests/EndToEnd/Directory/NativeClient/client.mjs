// A program on somebody's machine, with openid-client (certified by the OpenID Foundation): signs in by a device code, or at a loopback address, and says in lines of JSON what it has.
// GET /refresh on its port gets it other tokens.
import dns from 'node:dns';
import http from 'node:http';
import * as client from 'openid-client';

// Every host of the tests is this machine.
const lookup = dns.lookup;
dns.lookup = (host, options, callback) => lookup(host.endsWith('.localhost') ? '127.0.0.1' : host, options, callback);

const [flow, issuer, id] = process.argv.slice(2);
const scope = 'openid profile offline_access';
const say = (what) => console.log(JSON.stringify(what));
const fault = (failure) => ({ error: failure.error ?? failure.code ?? failure.message });
let tokens;
const has = () => ({ access: tokens.access_token, name: tokens.claims()?.name });

let redirected;
const redirect = new Promise((resolve) => { redirected = resolve; });
const server = http.createServer(async (request, response) => {
  if (request.url === '/refresh') {
    try {
      tokens = await client.refreshTokenGrant(config, tokens.refresh_token);
      response.end(JSON.stringify(has()));
    } catch (failure) {
      response.end(JSON.stringify(fault(failure)));
    }
  } else {
    response.end('You can go back to the program.');
    redirected(request.url);
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const own = `http://127.0.0.1:${server.address().port}/`;
const config = await client.discovery(new URL(issuer), id, undefined, client.None());

try {
  if (flow === 'device') {
    const begun = await client.initiateDeviceAuthorization(config, { scope });
    say({ own, code: begun.user_code, url: begun.verification_uri, complete: begun.verification_uri_complete });
    tokens = await client.pollDeviceAuthorizationGrant(config, begun);
  } else {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const expectedState = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: own, scope, state: expectedState,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
    });
    say({ own, url: url.href });
    tokens = await client.authorizationCodeGrant(config, new URL(await redirect, own), { pkceCodeVerifier, expectedState });
  }
  say(has());
} catch (failure) {
  say(fault(failure));
}
