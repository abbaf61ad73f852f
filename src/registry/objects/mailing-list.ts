// Addresses that stand for several recipients.
import {
  emailAddress,
  list,
  localPart,
  object,
  reference,
  set,
  string,
  struct,
  words,
  exact,
} from '../schema/index.ts';
import { ADDRESS_SPACE, addressKeys } from './parts/address.ts';
import { EmailAlias } from './parts/email-alias.ts';
import { memberTenantId } from './parts/references.ts';

export const MailingList = object({
  name: 'MailingList',
  description: 'An address that stands for several recipients',
  ids: 'sequential',
  visibility: 'tenant',
  label: 'emailAddress',
  columns: ['emailAddress', 'description'],
  shape: struct('MailingList', 'A mailing list', {
    aliases: list(EmailAlias, 'Further addresses'),
    description: string('What the list is for').nullable(),
    domainId: reference('Domain', 'Domain of the address'),
    emailAddress: emailAddress('Address of the list').computed(),
    memberTenantId: memberTenantId(),
    name: localPart('Local part of the address'),
    recipients: set(emailAddress(), 'Addresses that receive the mail; lists among them are expanded in turn'),
  }),
  unique: [{ space: ADDRESS_SPACE, keys: addressKeys }],
  filters: {
    text: words('name', 'description'),
    memberTenantId: exact('memberTenantId'),
  },
  tenantQuota: () => 'maxMailingLists',
  hooks: ['address'],
});
