// The methods around mail: copies, snippets, identities, submissions, vacations, receipts, principals and notices.
import { emailCopyMethod } from './email/copy.ts';
import { identityMethods } from './identity/methods.ts';
import { mdnParseMethod } from './mdn/parse.ts';
import { mdnSendMethod } from './mdn/send.ts';
import type { JmapMethod } from './method.ts';
import { type PrincipalServices, principalMethods } from './principal/methods.ts';
import type { SendingServices } from './sending.ts';
import { shareNotificationMethods } from './share-notification/methods.ts';
import { snippetMethods } from './snippet/methods.ts';
import { submissionMethods } from './submission/methods.ts';
import { vacationMethods } from './vacation/methods.ts';

export const sendingMethods = (services: SendingServices & PrincipalServices): JmapMethod[] => [
  emailCopyMethod(services),
  ...snippetMethods(services),
  ...identityMethods(services),
  ...submissionMethods(services),
  ...vacationMethods(services),
  mdnParseMethod(services),
  mdnSendMethod(services),
  ...principalMethods(services),
  ...shareNotificationMethods(services),
];
