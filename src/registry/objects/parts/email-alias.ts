// A further address of an account or mailing list.
import { boolean, localPart, reference, string, struct } from '../../schema/index.ts';

export const EmailAlias = struct('EmailAlias', 'A further address', {
  description: string('What the address is for').nullable(),
  domainId: reference('Domain', 'Domain of the address'),
  enabled: boolean('Whether mail to the address is accepted; a disabled address stays reserved').default(
    true,
  ),
  name: localPart('Local part of the address'),
});
