// What each permission lets its holder do, in a sentence for people: for consoles, the command line and the reference.
import { findDeclaration } from './objects/index.ts';
import { BASE_PERMISSIONS, type PermissionName, permissionsOfType } from './permission-names.ts';
import { OBJECT_TYPES, SINGLETON_TYPES } from './type-names.ts';

/** Says what a permission is for: `Fetch messages over IMAP`. */
export const describePermission = (name: PermissionName): string => TEXTS.get(name) ?? name;

/** What no pattern says. */
const SINGLE: Readonly<Record<string, string>> = {
  impersonate: 'Sign in as any other account, and use the data of all accounts',
  unlimitedRequests: 'Be free of the limits on HTTP requests and of concurrent ones',
  unlimitedUploads: 'Be free of the limits on the size and number of uploads',
  fetchAnyBlob: 'Download what only the server keeps: queued messages, reports, archived items',
  authenticate: 'Sign in at all; without it an account is switched off',
  authenticateWithAlias: 'Sign in under an alias instead of the primary address',
  interactAi: 'Ask language models from own scripts',
  emailSend: 'Submit mail over SMTP',
  emailReceive: 'Receive mail; without it mail to the account is refused',
  calendarAlarmsSend: 'Be reminded of events by mail',
  calendarSchedulingSend: 'Send invitations and answers when events change',
  calendarSchedulingReceive: 'Have received invitations and answers put into the calendar',
  liveTracing: 'Watch events as they happen',
  liveMetrics: 'Watch measurements as they are made',
  liveDeliveryTest: 'Try how mail to an address would be delivered',
  oAuthClientRegistration: 'Register programs that sign users in',
  oAuthClientOverride: 'Use programs that are not registered, where registration is demanded',
  davSyncCollection: 'Ask for the changes of a collection (sync-collection)',
  davExpandProperty: 'Follow properties to what they point to (expand-property)',
  davPrincipalAcl: 'Ask who has access to something (acl-principal-prop-set)',
  davPrincipalList: 'List accounts and look at those without access to them',
  davPrincipalMatch: "Ask what is one's own (principal-match)",
  davPrincipalSearch: 'Search accounts by their properties (principal-property-search)',
  davPrincipalSearchPropSet: 'Ask by what accounts can be searched (principal-search-property-set)',
  davCalFreeBusyQuery: 'Ask when somebody is busy: free-busy-query, and requests to the scheduling outbox',
  jmapCoreEcho: 'Test the connection: Core/echo',
  jmapPrincipalGetAvailability: 'Ask when somebody is busy: Principal/getAvailability',
  jmapSieveScriptValidate: 'Check scripts without storing them: SieveScript/validate',
  jmapBlobLookup: 'Find what uses a blob: Blob/lookup',
  jmapBlobUpload: 'Upload data within a request: Blob/upload',
  jmapBlobCopy: 'Copy blobs between accounts: Blob/copy',
};

/** IMAP commands by permission. */
const IMAP: Readonly<Record<string, string>> = {
  imapAuthenticate: 'LOGIN, AUTHENTICATE',
  imapAclGet: 'GETACL',
  imapAclSet: 'SETACL, DELETEACL',
  imapMyRights: 'MYRIGHTS',
  imapListRights: 'LISTRIGHTS',
  imapAppend: 'APPEND',
  imapCapability: 'CAPABILITY, GETJMAPACCESS',
  imapId: 'ID',
  imapCopy: 'COPY',
  imapMove: 'MOVE',
  imapCreate: 'CREATE',
  imapDelete: 'DELETE',
  imapEnable: 'ENABLE',
  imapExpunge: 'EXPUNGE, and removal by CLOSE',
  imapFetch: 'FETCH',
  imapIdle: 'IDLE',
  imapList: 'LIST',
  imapLsub: 'LSUB',
  imapNamespace: 'NAMESPACE',
  imapRename: 'RENAME',
  imapSearch: 'SEARCH, UIDBATCHES',
  imapSort: 'SORT',
  imapSelect: 'SELECT',
  imapExamine: 'EXAMINE',
  imapStatus: 'STATUS, GETQUOTA, GETQUOTAROOT',
  imapStore: 'STORE',
  imapSubscribe: 'SUBSCRIBE, UNSUBSCRIBE',
  imapThread: 'THREAD',
};

const POP3: Readonly<Record<string, string>> = {
  pop3Authenticate: 'USER, PASS, AUTH',
  pop3List: 'LIST',
  pop3Uidl: 'UIDL',
  pop3Stat: 'STAT',
  pop3Retr: 'RETR, TOP',
  pop3Dele: 'DELE',
};

const DAV_TREES: Readonly<Record<string, string>> = {
  davCal: 'calendars (CalDAV)',
  davCard: 'address books (CardDAV)',
  davFile: 'files (WebDAV)',
};
const DAV_VERBS: Readonly<Record<string, string>> = {
  PropFind: 'PROPFIND',
  PropPatch: 'PROPPATCH',
  Get: 'GET, HEAD',
  MkCol: 'MKCOL',
  Delete: 'DELETE',
  Put: 'PUT, POST, PATCH',
  Copy: 'COPY',
  Move: 'MOVE',
  Lock: 'LOCK, UNLOCK',
  Acl: 'ACL',
  Query: 'searches by REPORT',
  MultiGet: 'many at one time by REPORT',
};

const JMAP_OPERATIONS: readonly (readonly [string, string])[] = [
  ['QueryChanges', '/queryChanges'],
  ['Changes', '/changes'],
  ['Create', '/set, to create'],
  ['Update', '/set, to change'],
  ['Destroy', '/set, to destroy'],
  ['Query', '/query'],
  ['Parse', '/parse'],
  ['Import', '/import'],
  ['Copy', '/copy'],
  ['Get', '/get'],
];

const OPERATIONS: Readonly<Record<string, string>> = {
  Get: 'Look at',
  Create: 'Create',
  Update: 'Change',
  Destroy: 'Destroy',
  Query: 'Search',
};

function baseText(group: string, name: string): string {
  const single = SINGLE[name];
  if (single !== undefined) return single;
  if (IMAP[name] !== undefined) return `IMAP: ${IMAP[name]}`;
  if (POP3[name] !== undefined) return `POP3: ${POP3[name]}`;
  if (group === 'Sieve') return `ManageSieve: ${name.slice('sieve'.length).toUpperCase()}`;
  for (const [tree, what] of Object.entries(DAV_TREES)) {
    const verb = name.startsWith(tree) ? DAV_VERBS[name.slice(tree.length)] : undefined;
    if (verb !== undefined) return `On ${what}: ${verb}`;
  }
  const jmap = JMAP_OPERATIONS.find(([operation]) => name.endsWith(operation));
  return jmap ? `JMAP: ${name.slice('jmap'.length, -jmap[0].length)}${jmap[1]}` : name;
}

function typeTexts(): [PermissionName, string][] {
  return [...OBJECT_TYPES, ...SINGLETON_TYPES].flatMap((type) =>
    permissionsOfType(type).map((name): [PermissionName, string] => {
      const variant = /^(?:action|task)(?=[A-Z])/.exec(name);
      if (variant) return [name, `Use the variant ${name.slice(variant[0].length)} of ${type}`];
      const verb = OPERATIONS[name.slice(3 + type.length)] ?? name;
      return [name, `${verb} ${type}: ${(findDeclaration(type)?.description ?? type).toLowerCase()}`];
    }),
  );
}

const TEXTS: ReadonlyMap<string, string> = new Map<string, string>([
  ...Object.entries(BASE_PERMISSIONS).flatMap(([group, names]) =>
    names.map((name): [string, string] => [name, baseText(group, name)]),
  ),
  ...typeTexts(),
]);
