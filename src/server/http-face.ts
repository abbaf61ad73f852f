// The HTTP face: JMAP, health and sign-in over one server. Other HTTP protocols are mounted here as they come.
import type { Access, AccessToken, SignIn } from '../access/index.ts';
import { permission } from '../access/index.ts';
import { HttpError } from '../formats/http/index.ts';
import { createHttpServer, healthRoutes, type HttpServer, type Readiness } from '../http/index.ts';
import {
  apiRoutes,
  coreMethods,
  downloadRoutes,
  eventSourceRoutes,
  mailMethods,
  methodTable,
  registryMethods,
  type StateHub,
  uploadRoutes,
} from '../jmap/index.ts';
import { accountDirectory } from './account-directory.ts';
import type { Services } from './services.ts';
import { httpSettings, jmapSettings, trustedNetworks } from './settings.ts';

export interface HttpFaceOptions {
  readonly services: Services;
  readonly hub: StateHub;
  /** Origin of published URLs; undefined while none is set. */
  readonly publicUrl: string | undefined;
  readonly exempt: (address: string) => boolean;
  readonly readiness: () => Promise<Readiness>;
}
