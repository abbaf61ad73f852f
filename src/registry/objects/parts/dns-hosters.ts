// Name servers and DNS hosters that publish records, each with what it asks for.
import {
  boolean,
  choice,
  ipAddress,
  list,
  nested,
  string,
  struct,
  union,
  unsigned,
} from '../../schema/index.ts';
import { providerFields } from './dns-provider.ts';
import { SecretKey, SecretKeyOptional, SecretText } from './secret-values.ts';

export const DnsServerTsig = struct('DnsServerTsig', 'A name server that takes signed dynamic updates', {
  ...providerFields,
  host: ipAddress('Address of the name server'),
  key: nested(SecretKey, 'The shared key'),
  keyName: string('Name of the shared key'),
  port: unsigned('Port of the service', { min: 1, max: 65_535 }).default(53),
  protocol: choice('IpProtocol', 'Transport of the updates').default('udp'),
  tsigAlgorithm: choice('TsigAlgorithm', 'How updates are signed').default('hmac-sha512'),
});

export const DnsServerOvh = struct('DnsServerOvh', 'OVH', {
  ...providerFields,
  applicationKey: string('Key of the registered application'),
  applicationSecret: nested(SecretKey, 'Secret of the registered application'),
  consumerKey: nested(SecretKey, 'Key that the account granted to the application'),
  ovhEndpoint: choice('OvhEndpoint', 'Branch of the provider').default('ovh-eu'),
});

export const DnsServerPorkbun = struct('DnsServerPorkbun', 'Porkbun', {
  ...providerFields,
  apiKey: string('Key that the provider issued'),
  secret: nested(SecretKey, 'Kept for other clients; the same as the secret key'),
  secretApiKey: nested(SecretKey, 'Secret that belongs to the key'),
});

export const DnsServerDnsimple = struct('DnsServerDnsimple', 'DNSimple', {
  ...providerFields,
  accountIdentifier: string('Number of the account'),
  authToken: nested(SecretKey, 'Token that the provider issued'),
  secret: nested(SecretKey, 'Kept for other clients; the same as the token'),
});

export const DnsServerSpaceship = struct('DnsServerSpaceship', 'Spaceship', {
  ...providerFields,
  apiKey: string('Key that the provider issued'),
  secret: nested(SecretKey, 'Token or password that the provider issued'),
});

export const DnsServerAutodns = struct('DnsServerAutodns', 'AutoDNS of InterNetX', {
  ...providerFields,
  context: unsigned('Number of the context').nullable(),
  password: nested(SecretKey, 'Password of the account at the provider'),
  username: string('Name of the account at the provider'),
});

export const DnsServerBluecatV2 = struct('DnsServerBluecatV2', 'BlueCat Address Manager', {
  ...providerFields,
  baseUrl: string("Address of the provider's interface"),
  configName: string('Configuration that holds the view'),
  password: nested(SecretKey, 'Password of the account at the provider'),
  skipDeploy: boolean('Leave the deployment of changes to others'),
  username: string('Name of the account at the provider'),
  viewName: string('View that holds the zone'),
});

export const DnsServerClouDns = struct('DnsServerClouDns', 'ClouDNS', {
  ...providerFields,
  authId: string('Number of the main account').nullable(),
  password: nested(SecretKey, 'Password of the account at the provider'),
  subAuthId: string('Number of the sub-account, instead of the main one').nullable(),
});

export const DnsServerConstellix = struct('DnsServerConstellix', 'Constellix', {
  ...providerFields,
  apiKey: string('Key that the provider issued'),
  secretKey: nested(SecretKey, 'Secret that belongs to the access key'),
});

export const DnsServerCpanel = struct('DnsServerCpanel', 'cPanel', {
  ...providerFields,
  baseUrl: string("Address of the provider's interface"),
  token: nested(SecretKey, 'Token that the provider issued'),
  username: string('Name of the account at the provider'),
});

export const DnsServerDnsMadeEasy = struct('DnsServerDnsMadeEasy', 'DNS Made Easy', {
  ...providerFields,
  apiKey: string('Key that the provider issued'),
  secret: nested(SecretKey, 'Token or password that the provider issued'),
});

export const DnsServerDomeneshop = struct('DnsServerDomeneshop', 'Domeneshop', {
  ...providerFields,
  authToken: string('Token that identifies the account'),
  secret: nested(SecretKey, 'Token or password that the provider issued'),
});

export const DnsServerEasyDns = struct('DnsServerEasyDns', 'easyDNS', {
  ...providerFields,
  key: nested(SecretKey, 'Key that belongs to the token'),
  token: string('Token that the provider issued'),
});

export const DnsServerGlesys = struct('DnsServerGlesys', 'GleSYS', {
  ...providerFields,
  apiKey: nested(SecretKey, 'Key that the provider issued'),
  apiUser: string('Name of the user that the key belongs to'),
});

export const DnsServerGodaddy = struct('DnsServerGodaddy', 'GoDaddy', {
  ...providerFields,
  apiKey: string('Key that the provider issued'),
  secret: nested(SecretKey, 'Token or password that the provider issued'),
});

export const HurricaneCredential = struct('HurricaneCredential', 'The secret of one zone', {
  secret: nested(SecretKey, 'The secret'),
  zone: string('The zone'),
});

export const DnsServerHurricane = struct('DnsServerHurricane', 'Hurricane Electric', {
  ...providerFields,
  credentials: list(HurricaneCredential, 'A secret for each zone', { minItems: 1 }),
});

export const DnsServerInfoblox = struct('DnsServerInfoblox', 'Infoblox', {
  ...providerFields,
  dnsView: string('View that holds the zone').nullable(),
  host: string('Host name or address of the service'),
  password: nested(SecretKey, 'Password of the account at the provider'),
  port: string('Port of the service').nullable(),
  username: string('Name of the account at the provider'),
  wapiVersion: string('Version of the interface').nullable(),
});

export const DnsServerInwx = struct('DnsServerInwx', 'INWX', {
  ...providerFields,
  password: nested(SecretKey, 'Password of the account at the provider'),
  sandbox: boolean("Use the provider's test system"),
  sharedSecret: nested(SecretKeyOptional, 'Secret of the second factor, when one is set'),
  username: string('Name of the account at the provider'),
});

export const JokerAuthApiKey = struct('JokerAuthApiKey', 'By a key', {
  apiKey: nested(SecretKey, 'Key that the provider issued'),
});

export const JokerAuthUsernamePassword = struct('JokerAuthUsernamePassword', 'By name and password', {
  password: nested(SecretKey, 'Password of the account at the provider'),
  username: string('Name of the account at the provider'),
});

export const JokerAuth = union('JokerAuth', 'How requests to Joker identify themselves', {
  ApiKey: JokerAuthApiKey,
  UsernamePassword: JokerAuthUsernamePassword,
});

export const DnsServerJoker = struct('DnsServerJoker', 'Joker', {
  ...providerFields,
  auth: nested(JokerAuth, 'How requests identify themselves'),
});

export const DnsServerLuaDns = struct('DnsServerLuaDns', 'LuaDNS', {
  ...providerFields,
  authToken: nested(SecretKey, 'Token that the provider issued'),
  username: string('Name of the account at the provider'),
});

export const DnsServerMythicBeasts = struct('DnsServerMythicBeasts', 'Mythic Beasts', {
  ...providerFields,
  password: nested(SecretKey, 'Password of the account at the provider'),
  username: string('Name of the account at the provider'),
});

export const DnsServerNamecheap = struct('DnsServerNamecheap', 'Namecheap', {
  ...providerFields,
  apiKey: nested(SecretKey, 'Key that the provider issued'),
  apiUser: string('Name of the user that the key belongs to'),
  clientIp: string('Address of this server that the provider has been told of'),
  username: string('Name of the account at the provider').nullable(),
});

export const DnsServerNameDotCom = struct('DnsServerNameDotCom', 'Name.com', {
  ...providerFields,
  authToken: nested(SecretKey, 'Token that the provider issued'),
  username: string('Name of the account at the provider'),
});

export const DnsServerNetcup = struct('DnsServerNetcup', 'netcup', {
  ...providerFields,
  apiKey: string('Key that the provider issued'),
  customerNumber: string('Number of the customer'),
  password: nested(SecretKey, 'Password of the account at the provider'),
});

export const DnsServerPlesk = struct('DnsServerPlesk', 'Plesk', {
  ...providerFields,
  apiKey: nested(SecretKey, 'Key that the provider issued'),
  baseUrl: string("Address of the provider's interface"),
});

export const DnsServerTransip = struct('DnsServerTransip', 'TransIP', {
  ...providerFields,
  privateKeyPem: nested(SecretText, 'Private key of the account, as PEM'),
  username: string('Name of the account at the provider'),
});

export const DnsServerUltraDns = struct('DnsServerUltraDns', 'UltraDNS', {
  ...providerFields,
  endpoint: string('Address of the interface, when not the usual one').nullable(),
  password: nested(SecretKey, 'Password of the account at the provider'),
  username: string('Name of the account at the provider'),
});

export const DnsServerWebSupport = struct('DnsServerWebSupport', 'WebSupport', {
  ...providerFields,
  apiKey: string('Key that the provider issued'),
  secret: nested(SecretKey, 'Token or password that the provider issued'),
});
