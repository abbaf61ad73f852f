// External directories of accounts.
import {
  boolean,
  domainName,
  duration,
  nested,
  set,
  string,
  struct,
  union,
  unsigned,
  uri,
} from '../../schema/index.ts';
import { memberTenantId } from './references.ts';
import { SecretKeyOptional } from './secret-values.ts';
import { MySqlStore, PostgreSqlStore, SqliteStore } from './sql-stores.ts';

export const LdapDirectory = struct('LdapDirectory', 'An LDAP directory', {
  allowInvalidCerts: boolean(
    'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
  ),
  attrClass: set(string(), 'Attributes that tell people from groups').default(['objectClass']),
  attrDescription: set(string(), 'Attributes with the name for people').default([]),
  attrEmail: set(string(), 'Attributes with the primary address').default(['mail']),
  attrEmailAlias: set(string(), 'Attributes with further addresses').default(['mailAlias']),
  attrMemberOf: set(string(), 'Attributes that name the groups of an entry').default(['memberOf']),
  attrSecret: set(string(), 'Attributes with the password hash, when passwords are compared here').default([
    'userPassword',
  ]),
  attrSecretChanged: set(
    string(),
    'Attributes that say when the password changed; a change ends sessions',
  ).default(['pwdChangeTime']),
  baseDn: string('Entry below which everything is searched'),
  bindAuthentication: boolean(
    'Check passwords by signing in to the directory as the user; otherwise their hash is read and compared',
  ).default(true),
  bindDn: string('Entry that searches are made as; anonymous when absent').nullable(),
  bindSecret: nested(SecretKeyOptional, 'Password of that entry'),
  description: string('What this is for, shown to people in lists'),
  filterLogin: string('Filter that finds who signs in; ? stands for the name').default(
    '(&(objectClass=inetOrgPerson)(mail=?))',
  ),
  filterMailbox: string('Filter that finds who receives mail; ? stands for the address').default(
    '(|(&(objectClass=inetOrgPerson)(|(mail=?)(mailAlias=?)))(&(objectClass=groupOfNames)(|(mail=?)(mailAlias=?))))',
  ),
  filterMemberOf: string('Filter that finds the groups of an entry; ? stands for its name')
    .nullable()
    .default('(&(objectClass=groupOfNames)(member=?))'),
  groupClass: string('Class that marks groups').default('groupOfNames'),
  memberTenantId: memberTenantId(),
  poolMaxConnections: unsigned(
    'Most connections kept open at one time; raise it when requests wait for a free one',
    { max: 8192 },
  ).default(10),
  poolTimeoutCreate: duration('Longest wait for a new connection').default(30_000),
  poolTimeoutRecycle: duration(
    'Longest wait for the check of an idle connection before it is used again',
  ).default(30_000),
  poolTimeoutWait: duration('Longest wait for a free connection').default(30_000),
  timeout: duration('Longest wait for an answer').default(30_000),
  url: uri('Address of the directory: ldap:// or ldaps://').default('ldap://localhost:389'),
  useTls: boolean('Switch to TLS after connecting'),
});

export const SqlAuthStore = union('SqlAuthStore', 'Database that holds the accounts', {
  Default: null,
  PostgreSql: PostgreSqlStore,
  MySql: MySqlStore,
  Sqlite: SqliteStore,
});

export const SqlDirectory = struct('SqlDirectory', 'Tables of a database', {
  columnClass: string('Column that tells people from groups').nullable().default('type'),
  columnDescription: string('Column with the name for people').nullable().default('description'),
  columnEmail: string('Column with the primary address').default('name'),
  columnSecret: string('Column with the password hash').default('secret'),
  description: string('What this is for, shown to people in lists'),
  memberTenantId: memberTenantId(),
  queryEmailAliases: string('Query for further addresses; one parameter, the address')
    .nullable()
    .default('SELECT address FROM emails WHERE name = $1'),
  queryLogin: string('Query for who signs in; one parameter, the name').default(
    'SELECT name, secret, description, type FROM accounts WHERE name = $1',
  ),
  queryMemberOf: string('Query for the groups of an account; one parameter, the address')
    .nullable()
    .default('SELECT member_of FROM group_members WHERE name = $1'),
  queryRecipient: string('Query for who receives mail; one parameter, the address').default(
    'SELECT name, secret, description, type FROM accounts WHERE name = $1 AND active = true',
  ),
  store: nested(SqlAuthStore, 'Database with the tables'),
});

export const OidcDirectory = struct('OidcDirectory', 'An OpenID Connect provider', {
  claimGroups: string('Claim that lists the groups').nullable(),
  claimName: string('Claim with the name for people').nullable().default('name'),
  claimUsername: string('Claim with the sign-in name').default('preferred_username'),
  description: string('What this is for, shown to people in lists'),
  issuerUrl: uri('Issuer, whose metadata is read from its well-known address'),
  memberTenantId: memberTenantId(),
  requireAudience: string('Audience that a token has to be made for; absent to accept any')
    .nullable()
    .default('waypost'),
  requireScopes: set(string(), 'Scopes that a token has to carry').default(['email', 'openid']),
  usernameDomain: domainName('Domain added to names without one').nullable(),
});
