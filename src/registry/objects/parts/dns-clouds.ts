// DNS services of clouds, each with what it asks for.
import { boolean, choice, nested, string, struct } from '../../schema/index.ts';
import { providerFields } from './dns-provider.ts';
import { SecretKey, SecretKeyOptional, SecretText } from './secret-values.ts';

export const DnsServerCloudflare = struct('DnsServerCloudflare', 'Cloudflare', {
  ...providerFields,
  email: string('Address of the account; only for the old global key').nullable(),
  secret: nested(SecretKey, 'Token or password that the provider issued'),
});

export const DnsServerCloud = struct('DnsServerCloud', 'A provider that needs no more than a token', {
  ...providerFields,
  secret: nested(SecretKey, 'Token or password that the provider issued'),
});

export const DnsServerRoute53 = struct('DnsServerRoute53', 'Amazon Route 53', {
  ...providerFields,
  accessKeyId: string('Identifier of the access key'),
  hostedZoneId: string('Zone to change; found by its name when absent').nullable(),
  privateZoneOnly: boolean('Change private zones only'),
  region: string('Region of the provider that requests go to').default('us-east-1'),
  secretAccessKey: nested(SecretKey, 'Secret that belongs to the access key'),
  sessionToken: nested(SecretKeyOptional, 'Token of a temporary session, when one is used'),
});

export const DnsServerGoogleCloudDns = struct('DnsServerGoogleCloudDns', 'Google Cloud DNS', {
  ...providerFields,
  impersonateServiceAccount: string('Service account to act as').nullable(),
  managedZone: string('Zone to change; found by its name when absent').nullable(),
  privateZone: boolean('Change the private zone'),
  projectId: string('Project that holds the zone'),
  serviceAccountJson: nested(SecretText, 'Key file of the service account'),
});

export const DnsServerAlidns = struct('DnsServerAlidns', 'Alibaba Cloud DNS', {
  ...providerFields,
  accessKey: string('Key that identifies the caller'),
  line: string('Resolution line of the records').nullable(),
  region: string('Region of the provider that requests go to').nullable(),
  secretKey: nested(SecretKey, 'Secret that belongs to the access key'),
  securityToken: nested(SecretKeyOptional, 'Token of a temporary session, when one is used'),
});

export const DnsServerAzureDns = struct('DnsServerAzureDns', 'Azure DNS', {
  ...providerFields,
  clientId: string('Identifier of the registered application'),
  clientSecret: nested(SecretKey, 'Secret of the registered application'),
  environment: choice('AzureEnvironment', 'Cloud of the provider').default('public'),
  resourceGroup: string('Resource group that holds the zone'),
  subscriptionId: string('Subscription that holds the zone'),
  tenantId: string('Directory of the application'),
});

export const DnsServerBaiduCloud = struct('DnsServerBaiduCloud', 'Baidu Cloud DNS', {
  ...providerFields,
  accessKey: string('Key that identifies the caller'),
  secretKey: nested(SecretKey, 'Secret that belongs to the access key'),
});

export const DnsServerEdgeDns = struct('DnsServerEdgeDns', 'Akamai Edge DNS', {
  ...providerFields,
  accessToken: nested(SecretKey, 'Access token of the client'),
  accountSwitchKey: string('Account to act for').nullable(),
  clientSecret: nested(SecretKey, 'Secret of the client'),
  clientToken: string('Client token of the provider'),
  host: string('Host of the interface'),
});

export const DnsServerExoscale = struct('DnsServerExoscale', 'Exoscale', {
  ...providerFields,
  apiKey: string('Key that the provider issued'),
  secret: nested(SecretKey, 'Token or password that the provider issued'),
});

export const DnsServerHuaweiCloud = struct('DnsServerHuaweiCloud', 'Huawei Cloud DNS', {
  ...providerFields,
  accessKey: string('Key that identifies the caller'),
  region: string('Region of the provider that requests go to').default('ap-southeast-1'),
  secretKey: nested(SecretKey, 'Secret that belongs to the access key'),
});

export const DnsServerIbmCloud = struct('DnsServerIbmCloud', 'IBM Cloud DNS', {
  ...providerFields,
  apiKey: nested(SecretKey, 'Key that the provider issued'),
  username: string('Name of the account at the provider'),
});

export const DnsServerLightsail = struct('DnsServerLightsail', 'Amazon Lightsail', {
  ...providerFields,
  accessKeyId: string('Identifier of the access key'),
  domain: string('Zone to change').nullable(),
  region: string('Region of the provider that requests go to').nullable(),
  secretAccessKey: nested(SecretKey, 'Secret that belongs to the access key'),
  sessionToken: nested(SecretKeyOptional, 'Token of a temporary session, when one is used'),
});

export const DnsServerNifcloud = struct('DnsServerNifcloud', 'NIFCLOUD DNS', {
  ...providerFields,
  accessKey: string('Key that identifies the caller'),
  secretKey: nested(SecretKey, 'Secret that belongs to the access key'),
});

export const DnsServerOracleCloud = struct('DnsServerOracleCloud', 'Oracle Cloud DNS', {
  ...providerFields,
  compartmentOcid: string('Compartment that holds the zone'),
  fingerprint: string('Fingerprint of the key'),
  privateKeyPassword: nested(SecretKeyOptional, 'Password of the private key, when it has one'),
  privateKeyPem: nested(SecretText, 'Private key of the account, as PEM'),
  region: string('Region of the provider that requests go to'),
  tenancyOcid: string('Tenancy of the account'),
  userOcid: string('The user'),
});

export const DnsServerTencentCloud = struct('DnsServerTencentCloud', 'Tencent Cloud DNS', {
  ...providerFields,
  region: string('Region of the provider that requests go to').nullable(),
  secretId: string('Identifier of the secret'),
  secretKey: nested(SecretKey, 'Secret that belongs to the access key'),
  sessionToken: nested(SecretKeyOptional, 'Token of a temporary session, when one is used'),
});

export const DnsServerVercel = struct('DnsServerVercel', 'Vercel', {
  ...providerFields,
  authToken: nested(SecretKey, 'Token that the provider issued'),
  teamId: string('Team that holds the zone').nullable(),
});

export const DnsServerVolcengine = struct('DnsServerVolcengine', 'Volcengine', {
  ...providerFields,
  accessKey: string('Key that identifies the caller'),
  host: string('Host of the interface').nullable(),
  region: string('Region of the provider that requests go to').nullable(),
  scheme: string('Scheme of the interface').nullable(),
  secretKey: nested(SecretKey, 'Secret that belongs to the access key'),
});

export const DnsServerYandexCloud = struct('DnsServerYandexCloud', 'Yandex Cloud DNS', {
  ...providerFields,
  apiKey: nested(SecretText, 'Key that the provider issued'),
  folderId: string('Folder that holds the zone'),
});
