// Fields that many objects share.
import { reference, utcDateTime } from '../../schema/index.ts';

/** The tenant a record belongs to; stamped on what a tenant's administrator creates. */
export const memberTenantId = () => reference('Tenant', 'Tenant that this belongs to').nullable();

export const createdAt = () => utcDateTime('When this was created').serverSet();
