// Every server object, by name. Adding an object is one file and one line here.
import { Account } from './account.ts';
import { ApiKey } from './api-key.ts';
import { AppPassword } from './app-password.ts';
import { Authentication } from './authentication.ts';
import { Domain } from './domain.ts';
import { Email } from './email.ts';
import { Http } from './http.ts';
import { Imap } from './imap.ts';
import { Jmap } from './jmap.ts';
import { MailingList } from './mailing-list.ts';
import { MtaExtensions } from './mta-extensions.ts';
import { MtaInboundSession } from './mta-inbound-session.ts';
import { MtaStageAuth } from './mta-stage-auth.ts';
import { MtaStageConnect } from './mta-stage-connect.ts';
import { MtaStageData } from './mta-stage-data.ts';
import { MtaStageEhlo } from './mta-stage-ehlo.ts';
import { MtaStageMail } from './mta-stage-mail.ts';
import { MtaStageRcpt } from './mta-stage-rcpt.ts';
import { NetworkListener } from './network-listener.ts';
import { Role } from './role.ts';
import { SystemSettings } from './system-settings.ts';
import { Tenant } from './tenant.ts';
import type { SingletonType } from '../type-names.ts';
import type { Declaration, ShapeValue } from '../schema/index.ts';

export const DECLARATIONS = {
  Account,
  ApiKey,
  AppPassword,
  Authentication,
  Domain,
  Email,
  Http,
  Imap,
  Jmap,
  MailingList,
  MtaExtensions,
  MtaInboundSession,
  MtaStageAuth,
  MtaStageConnect,
  MtaStageData,
  MtaStageEhlo,
  MtaStageMail,
  MtaStageRcpt,
  NetworkListener,
  Role,
  SystemSettings,
  Tenant,
} as const satisfies Readonly<Record<string, Declaration>>;

type Declarations = typeof DECLARATIONS;

/** Name of a type that is declared. */
export type DeclaredName = keyof Declarations;
/** Value of a record of the type. */
export type ValueOf<N extends DeclaredName> = ShapeValue<Declarations[N]['shape']>;
/** Names of the declared types with exactly one record. */
export type DeclaredSingleton = Extract<DeclaredName, SingletonType>;
/** Names of the declared types with many records. */
export type DeclaredObject = Exclude<DeclaredName, DeclaredSingleton>;

/** The declaration of a type, or undefined when there is none of that name. */
export const findDeclaration = (name: string): Declaration | undefined =>
  Object.hasOwn(DECLARATIONS, name) ? DECLARATIONS[name as DeclaredName] : undefined;
