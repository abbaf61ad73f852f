// The HTTP face: JMAP, health and sign-in over one server. Other HTTP protocols are mounted here as they come.
import { type Access, type AccessToken, permission, type SignInFailure } from '../access/index.ts';
import { adminRoutes } from '../admin/index.ts';
import { AccessDenied, Unavailable } from '../base/index.ts';
import { type ClientAddress, HttpError } from '../formats/http/index.ts';
import {
  createHttpServer,
  healthRoutes,
  type HttpCredentials,
  type HttpServer,
  type Readiness,
} from '../http/index.ts';
import {
  apiRoutes,
  downloadRoutes,
  eventSourceRoutes,
  Processor,
  type StateHub,
  uploadRoutes,
  webSocketRoutes,
  webSocketUpgrades,
} from '../jmap/index.ts';
import { accountDirectory } from './account-directory.ts';
import { jmapBlobs, jmapTable } from './jmap-table.ts';
import { SETUP_PERMISSIONS, setupTable } from './setup-table.ts';
import type { Services } from './services.ts';
import { welcomeRoute } from './welcome.ts';
import { httpSettings, jmapSettings, rescueSettings, trustedNetworks } from './settings.ts';

export interface HttpFaceOptions {
  readonly hub: StateHub;
  /** Origin of published URLs; undefined while none is set. */
  readonly publicUrl: string | undefined;
  readonly exempt: (address: string) => boolean;
  readonly readiness: () => Promise<Readiness>;
  /** What is served: everything, or for repairs and the first start the administrator's interface alone. */
  readonly mode?: 'recovery' | 'setup';
}

export function httpFace(services: Services, options: HttpFaceOptions): HttpServer {
  const { registry, access, stores, accounts, pushKey } = services;
  const { publicUrl, exempt, readiness, hub, mode } = options;
  const settings = jmapSettings(registry);
  const directory = accountDirectory(services);
  const trusted = trustedNetworks(registry);
  const hostname = (): string => registry.singleton('SystemSettings').defaultHostname;
  const blobs = jmapBlobs(services);
  const whole = jmapTable(services, blobs, directory);
  const table = mode === 'setup' ? setupTable(whole) : whole;
  const features = { webSocket: true, serverKey: () => pushKey.signer()?.publicKey ?? '' };
  const processor = new Processor({ table, directory, settings, features });
  const inspect = permission('sysClusterNodeGet');
  return createHttpServer<AccessToken>({
    routes: [
      welcomeRoute,
      ...healthRoutes<AccessToken>({
        readiness,
        started: () => true,
        mayInspect: ({ caller }) => caller?.has(inspect) === true,
      }),
      ...apiRoutes(processor),
      ...webSocketRoutes(),
      ...adminRoutes(services, mode === 'setup' ? { only: SETUP_PERMISSIONS } : {}),
      ...downloadRoutes({ blobs, directory }),
      ...uploadRoutes({ temporary: services.blobs, directory, memory: stores.memory, settings }),
      ...eventSourceRoutes({ hub, accounts, directory, settings }),
    ],
    upgrades: webSocketUpgrades({
      processor,
      hub,
      accounts,
      directory,
      refresh: (token) => access.refresh(token),
    }),
    signIn: (credentials, client, secure) =>
      signIn(access, credentials, client, secure || mode !== undefined),
    unlimited: (token) => token.has(UNLIMITED),
    memory: stores.memory,
    settings: mode === undefined ? httpSettings(registry) : rescueSettings(registry),
    publicOrigin: () => publicUrl,
    defaultHostname: hostname,
    trusted: (address) => trusted().has(address),
    exempt,
    requireTls: () => mode === undefined,
  });
}

const UNLIMITED = permission('unlimitedRequests');

/** Who the credentials of a request belong to. Secrets are taken over TLS, or from this machine. */
async function signIn(
  access: Access,
  credentials: HttpCredentials,
  client: ClientAddress,
  secure: boolean,
): Promise<AccessToken> {
  if (!secure && !client.loopback) throw new HttpError({ status: 403, detail: 'Sign in over TLS.' });
  const { address } = client;
  const result =
    credentials.scheme === 'basic'
      ? await access.authenticate({ name: credentials.name, secret: credentials.secret, address })
      : await access.authenticateBearer({ token: credentials.token, address, allowApiKey: true });
  if (result.ok) return result.token;
  throw signInError(result);
}

function signInError(failure: SignInFailure): Error {
  if (failure.reason === 'missingPermission') return new AccessDenied(failure.permission);
  if (failure.reason === 'unavailable') return new Unavailable('sign-in', failure.retryAfterMs);
  if (failure.reason === 'notAllowedFrom') {
    return new HttpError({ status: 403, detail: 'This credential may not be used from your address.' });
  }
  return new HttpError({ status: 401 });
}
