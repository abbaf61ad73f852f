// The operations about access as JMAP methods. What they need depends on whom they are about, which only the operation
// itself can tell, so it checks; the row names all that it may ask for.
import { permissionsOf } from '../access/index.ts';
import { ADMIN_OPERATIONS, type AdminServices, runAdminOperation } from '../admin/index.ts';
import type { JmapMethod } from '../jmap/index.ts';

export const adminMethods = (services: AdminServices): JmapMethod[] =>
  ADMIN_OPERATIONS.map((operation) => ({
    name: operation.name,
    capabilities: [],
    account: 'none',
    permission: () => 'none',
    permissions: permissionsOf(operation),
    handle: ({ token, request }, args) =>
      runAdminOperation(operation, { services, token, client: request.client.address }, args),
  }));
