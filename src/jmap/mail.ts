// The mail methods (RFC 8621), a table each folder adds its rows to.
import { emailGetMethods } from './email/get.ts';
import { emailParseMethods } from './email/parse.ts';
import { emailQueryMethods } from './email/query.ts';
import { emailSetMethods } from './email/set.ts';
import { mailboxGetMethods } from './mailbox/get.ts';
import { mailboxQueryMethods } from './mailbox/query.ts';
import { mailboxSetMethods } from './mailbox/set.ts';
import type { JmapMethod } from './method.ts';
import type { SharingServices } from './sending.ts';
import { threadMethods } from './thread/methods.ts';

export const mailMethods = (services: SharingServices): JmapMethod[] => [
  ...mailboxGetMethods(services),
  ...mailboxQueryMethods(services),
  ...mailboxSetMethods(services),
  ...threadMethods(services),
  ...emailGetMethods(services),
  ...emailQueryMethods(services),
  ...emailSetMethods(services),
  ...emailParseMethods(services),
];
