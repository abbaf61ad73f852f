// The policy of a session: every setting of the MTA's stages with its value for this listener and client. The
// shipped defaults are written here by their meaning, one place for all of them: what tests the listener's name
// in the stored source tests the listener's kind here.
import type { Registry } from '../registry/index.ts';
import {
  booleanConstant,
  type ConstantReader,
  durationConstant,
  integerConstant,
  noneConstant,
  Settings,
  textConstant,
  wordsConstant,
} from './settings.ts';
import type { ListenerKind } from './types.ts';

/** What the values depend on. */
export interface PolicyContext {
  readonly kind: ListenerKind;
  /** Passwords may cross the connection: TLS, or a loopback address (`architecture.md` §10.17). */
  readonly plainPasswords: boolean;
  readonly authenticated: boolean;
}

export type Mechanism = 'PLAIN' | 'LOGIN';

export interface SessionPolicy {
  /** Name of the server in replies, in Received, as authserv-id and in Message-IDs. */
  readonly hostname: string;
  readonly greeting: string;
  /** Longest wait for the client, and longest session, in milliseconds. */
  readonly timeoutMs: number;
  readonly maxDurationMs: number;
  /** Octets a session may send. */
  readonly transferLimit: number;
  readonly requireEhlo: boolean;
  readonly rejectNonFqdn: boolean;
  readonly mechanisms: readonly Mechanism[];
  readonly requireAuth: boolean;
  readonly mustMatchSender: boolean;
  readonly maxAuthFailures: number;
  readonly authWaitMs: number;
  readonly isSenderAllowed: boolean;
  readonly allowRelaying: boolean;
  readonly maxRecipients: number;
  readonly maxRcptFailures: number;
  readonly rcptWaitMs: number;
  readonly maxMessages: number;
  /** Octets; Infinity when there is no limit. */
  readonly maxMessageSize: number;
  readonly maxReceivedHeaders: number;
  readonly add: {
    readonly received: boolean;
    readonly authResults: boolean;
    readonly returnPath: boolean;
    readonly date: boolean;
    readonly messageId: boolean;
  };
  readonly extensions: {
    readonly pipelining: boolean;
    readonly chunking: boolean;
    readonly requireTls: boolean;
    /** Keywords of NO-SOLICITING; undefined when it is not offered. */
    readonly noSoliciting: string | undefined;
    readonly vrfy: boolean;
    readonly expn: boolean;
  };
}

/** Gives the policy of a context; computed once until a setting changes. */
export function sessionPolicies(
  registry: Pick<Registry, 'singleton' | 'watch'>,
): (context: PolicyContext) => SessionPolicy {
  const known = new Map<string, SessionPolicy>();
  const settings = new Settings(registry);
  registry.watch((change) => {
    if (change === undefined || change.type === 'SystemSettings' || change.type.startsWith('Mta'))
      known.clear();
  });
  const policyOf = (context: PolicyContext): SessionPolicy => {
    const name = `${context.kind} ${context.plainPasswords} ${context.authenticated}`;
    let policy = known.get(name);
    if (policy === undefined) {
      policy = compute(settings, registry.singleton('SystemSettings').defaultHostname, context);
      known.set(name, policy);
    }
    return policy;
  };
  // Settings that are not honoured are told at once, not when the first client comes.
  policyOf({ kind: 'smtp', plainPasswords: false, authenticated: false });
  return policyOf;
}

function compute(settings: Settings, systemHostname: string, context: PolicyContext): SessionPolicy {
  const { kind, plainPasswords, authenticated } = context;
  const isExchange = kind === 'smtp';
  const isSubmission = kind === 'submission';
  const text = textConstant(systemHostname);
  const hostname = settings.read('MtaStageConnect', 'hostname', text, systemHostname) || 'localhost';
  const greeting = `${systemHostname} Waypost ESMTP at your service`;
  reportWhatIsMissing(settings);

  const data = <T>(
    field: 'maxMessages' | 'maxMessageSize' | 'maxReceivedHeaders',
    shipped: T & number,
  ): number => settings.read('MtaStageData', field, integerConstant, shipped);
  const adds = (
    field:
      | 'addReceivedHeader'
      | 'addAuthResultsHeader'
      | 'addReturnPathHeader'
      | 'addDateHeader'
      | 'addMessageIdHeader',
    shipped: boolean,
  ): boolean => settings.read('MtaStageData', field, booleanConstant, shipped);
  const offers = (
    field: 'pipelining' | 'chunking' | 'requireTls' | 'vrfy' | 'expn',
    shipped: boolean,
  ): boolean => settings.read('MtaExtensions', field, booleanConstant, shipped);

  return {
    hostname,
    greeting: settings.read('MtaStageConnect', 'smtpGreeting', text, greeting) || greeting,
    timeoutMs: settings.read('MtaInboundSession', 'timeout', durationConstant, 300_000),
    maxDurationMs: settings.read('MtaInboundSession', 'maxDuration', durationConstant, 600_000),
    transferLimit: settings.read('MtaInboundSession', 'transferLimit', integerConstant, 262_144_000),
    requireEhlo: settings.read('MtaStageEhlo', 'require', booleanConstant, true),
    rejectNonFqdn: settings.read('MtaStageEhlo', 'rejectNonFqdn', booleanConstant, isExchange),
    mechanisms: mechanismsOf(
      settings.read(
        'MtaStageAuth',
        'saslMechanisms',
        wordsConstant,
        isSubmission ? ['plain', 'login', 'oauthbearer', 'xoauth2'] : [],
      ),
      plainPasswords,
    ),
    requireAuth: settings.read('MtaStageAuth', 'require', booleanConstant, isSubmission),
    mustMatchSender: settings.read('MtaStageAuth', 'mustMatchSender', booleanConstant, true),
    maxAuthFailures: settings.read('MtaStageAuth', 'maxFailures', integerConstant, 3),
    authWaitMs: settings.read('MtaStageAuth', 'waitOnFail', durationConstant, 5000),
    // The default also asks whether the sender's domain is among the keys of `spam-block`; there is no such
    // list yet, so no domain is.
    isSenderAllowed: settings.read('MtaStageMail', 'isSenderAllowed', booleanConstant, true),
    allowRelaying: settings.read('MtaStageRcpt', 'allowRelaying', booleanConstant, authenticated),
    maxRecipients: settings.read('MtaStageRcpt', 'maxRecipients', integerConstant, 100),
    maxRcptFailures: settings.read('MtaStageRcpt', 'maxFailures', integerConstant, 5),
    rcptWaitMs: settings.read('MtaStageRcpt', 'waitOnFail', durationConstant, 5000),
    maxMessages: data('maxMessages', 1000),
    maxMessageSize: data('maxMessageSize', 104_857_600) || Infinity,
    maxReceivedHeaders: data('maxReceivedHeaders', 50),
    add: {
      received: adds('addReceivedHeader', !isSubmission),
      authResults: adds('addAuthResultsHeader', isExchange),
      returnPath: adds('addReturnPathHeader', !isSubmission),
      date: adds('addDateHeader', kind !== 'lmtp'),
      messageId: adds('addMessageIdHeader', kind !== 'lmtp'),
    },
    extensions: {
      pipelining: offers('pipelining', true),
      chunking: offers('chunking', true),
      requireTls: offers('requireTls', true),
      noSoliciting: settings.read('MtaExtensions', 'noSoliciting', keywords(text), { keywords: '' }).keywords,
      vrfy: offers('vrfy', authenticated),
      expn: offers('expn', authenticated),
    },
  };
}

/** `false` offers nothing, a text its keywords, an empty one the bare extension. */
const keywords =
  (text: ConstantReader<string>): ConstantReader<{ readonly keywords: string | undefined }> =>
  (source) => {
    const given = source === 'false' ? undefined : text(source);
    return source !== 'false' && given === undefined ? undefined : { keywords: given };
  };

/** Mechanisms we have, in the order of the list of EHLO. Both send the password itself. */
function mechanismsOf(names: readonly string[], plainPasswords: boolean): readonly Mechanism[] {
  if (!plainPasswords) return [];
  return (['PLAIN', 'LOGIN'] as const).filter((name) => names.includes(name.toLowerCase()));
}

/** Stages whose settings ask for what is not there yet are told about. */
function reportWhatIsMissing(settings: Settings): void {
  settings.read('MtaStageConnect', 'script', noneConstant, false);
  settings.read('MtaStageEhlo', 'script', noneConstant, false);
  settings.read('MtaStageMail', 'script', noneConstant, false);
  settings.read('MtaStageMail', 'rewrite', noneConstant, false);
  settings.read('MtaStageRcpt', 'script', noneConstant, false);
  settings.read('MtaStageRcpt', 'rewrite', noneConstant, false);
  settings.read('MtaStageData', 'script', noneConstant, false);
  settings.read('MtaStageData', 'enableSpamFilter', noneConstant, false);
  settings.read('MtaStageData', 'addReceivedSpfHeader', noneConstant, false);
  for (const field of ['dsn', 'futureRelease', 'deliverBy', 'mtPriority'] as const) {
    settings.read('MtaExtensions', field, noneConstant, false);
  }
}
