// What DNS providers have in common.
import { duration, string } from '../../schema/index.ts';
import { memberTenantId } from './references.ts';

/** What every provider has. */
export const providerFields = {
  description: string('What this is for, shown to people in lists'),
  memberTenantId: memberTenantId(),
  pollingInterval: duration('Time between two looks for a changed record').default(15_000),
  propagationDelay: duration('Wait after a change before its effect is looked for').nullable(),
  propagationTimeout: duration('How long a changed record may take to be seen everywhere').default(60_000),
  timeout: duration('Longest wait for an answer').default(30_000),
  ttl: duration('How long others may keep published records before they ask again').default(300_000),
};
