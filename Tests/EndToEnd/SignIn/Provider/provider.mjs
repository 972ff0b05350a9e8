// A certified OpenID Connect provider with people of our own, for tests. Every name is also the password.
import http from 'node:http';
import { Provider } from 'oidc-provider';

const port = Number(process.env.PROVIDER_PORT);
const gateway = process.env.PROVIDER_GATEWAY;
const issuer = `http://localhost:${port}`;

const people = {
  alice: { groups: ['sales', 'vpn'] },
  bob: { groups: [] },
  carol: { groups: Array.from({ length: 400 }, (_, i) => `00000000-0000-0000-0000-${String(i).padStart(12, '0')}`) },
};

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'gateway',
      client_secret: 'gateway-secret',
      redirect_uris: [`${gateway}/sign-in/callback`],
      post_logout_redirect_uris: [`${gateway}/sign-out/done`],
      backchannel_logout_uri: process.env.PROVIDER_BACK_CHANNEL,
      backchannel_logout_session_required: true,
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
    { client_id: 'robot', client_secret: 'robot-secret', redirect_uris: [], grant_types: ['client_credentials'], response_types: [] },
    {
      client_id: 'desktop', token_endpoint_auth_method: 'none', application_type: 'native',
      redirect_uris: ['http://127.0.0.1/back'], grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'], response_types: ['code'],
    },
  ],
  pkce: { required: () => true },
  // The usual one refuses addresses of this machine.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  // Without profile it says when it saw somebody only to who asks for that.
  claims: { openid: ['sub', 'sid', 'amr', 'acr'], profile: ['name', 'upn', 'groups', 'auth_time'], email: ['email'] },
  scopes: ['openid', 'profile', 'email'],
  acrValues: ['urn:pwd', 'urn:mfa'],
  conformIdTokenClaims: false,
  features: {
    devInteractions: { enabled: false },
    pushedAuthorizationRequests: { enabled: process.env.PROVIDER_PUSHED === 'yes' },
    claimsParameter: { enabled: process.env.PROVIDER_CLAIMS === 'yes' },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => { ctx.body = `<!doctype html><title>Sign out</title>${form.replace('</form>', '<input type="hidden" name="logout" value="yes"><button>Yes</button></form>')}`; },
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource) => ({
        scope: 'use admin',
        audience: resource.replace('https://', 'api://'),
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  extraTokenClaims: async (ctx, token) => token.accountId ? claimsOf(token.accountId) : { roles: ['Robots'] },
  findAccount: (ctx, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...claimsOf(id) }) },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['for tests'] },
  ttl: { AccessToken: 600, ClientCredentials: 600, IdToken: 600, Session: 86400, Interaction: 600, Grant: 86400, AuthorizationCode: 60, DeviceCode: 600 },
});

function claimsOf(id) {
  return { upn: `${id}@corp.test`, name: id[0].toUpperCase() + id.slice(1), email: `${id}@corp.test`, groups: people[id].groups };
}

async function readForm(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}

async function interact(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const form = request.method === 'POST' ? await readForm(request) : new URLSearchParams();
    const name = form.get('name');
    if (!people[name] || form.get('password') !== name) {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>Sign in</title><h1>Sign in</h1><form method="post"><input name="name"><input name="password" type="password"><button>Sign in</button></form>');
      return;
    }

    // Who is asked for two steps does them.
    const isStrong = `${params.acr_values} ${params.claims}`.includes('urn:mfa');
    // As if it had been so many seconds ago.
    const ts = Math.floor(Date.now() / 1000) - Number(form.get('ago') ?? 0);
    const login = { accountId: name, remember: true, ts, acr: isStrong ? 'urn:mfa' : 'urn:pwd', amr: isStrong ? ['pwd', 'mfa'] : ['pwd'] };
    await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
    return;
  }

  const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
  if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
  for (const [resource, scopes] of Object.entries(prompt.details.missingResourceScopes ?? {})) grant.addResourceScope(resource, scopes.join(' '));
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

const answer = provider.callback();
const server = http.createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  interact(request, response).catch(error => { response.statusCode = 500; response.end(String(error?.stack)); });
});

for (const event of ['server_error', 'authorization.error', 'grant.error', 'backchannel.error']) {
  provider.on(event, (ctx, error) => console.error(event, error?.message, error?.error_description));
}

provider.on('backchannel.success', () => console.log('back channel done'));
server.listen(port, '127.0.0.1', () => console.log('listening'));
