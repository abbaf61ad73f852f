import type { AccessToken } from '../access/index.ts';
import type { Route } from '../formats/http/index.ts';
import type { AdminServices } from './access-operations.ts';
import { accessRoutes } from './access-routes.ts';
import { accountRoute, type AccountRouteOptions } from './account-route.ts';
import { schemaRoutes } from './schema-routes.ts';

export {
  ADMIN_OPERATIONS,
  type AdminOperation,
  type AdminServices,
  runAdminOperation,
} from './access-operations.ts';
export { schemaDocument } from './schema-document.ts';
export type * from './schema-types.ts';

/** Every endpoint of the administrator's interface beside JMAP. */
export const adminRoutes = (
  services: AdminServices,
  options: AccountRouteOptions = {},
): Route<AccessToken>[] => [accountRoute(services, options), ...schemaRoutes(), ...accessRoutes(services)];
