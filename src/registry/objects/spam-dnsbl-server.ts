// A DNS list of bad or good senders that messages are looked up in.
import { boolean, exact, object, string, struct, union, uniqueProperty } from '../schema/index.ts';
import { expression } from './parts/settings.ts';

const listFields = {
  description: string('What this is for, shown to people in lists').nullable(),
  enable: boolean('Whether this is in use; switch it off to keep the settings without their effect').default(
    true,
  ),
  name: string('Name by which other settings refer to this').immutable(),
  tag: expression('Tag for an answer; false for none'),
  zone: expression('Name to look up; false for none'),
};

const SpamDnsblServerAny = struct('SpamDnsblServerAny', 'A list asked once for each message', listFields);

const SpamDnsblServerUrl = struct('SpamDnsblServerUrl', 'A list asked for each link', listFields);

const SpamDnsblServerDomain = struct('SpamDnsblServerDomain', 'A list asked for each domain', listFields);

const SpamDnsblServerEmail = struct('SpamDnsblServerEmail', 'A list asked for each address', listFields);

const SpamDnsblServerIp = struct('SpamDnsblServerIp', 'A list asked for each IP address', listFields);

const SpamDnsblServerHeader = struct('SpamDnsblServerHeader', 'A list asked for each header', listFields);

const SpamDnsblServerBody = struct('SpamDnsblServerBody', 'A list asked for the body', listFields);

export const SpamDnsblServer = object({
  name: 'SpamDnsblServer',
  description: 'A DNS list of bad or good senders that messages are looked up in',
  label: 'name',
  columns: ['name', '@type', 'enable'],
  shape: union('SpamDnsblServer', 'A DNS list', {
    Any: SpamDnsblServerAny,
    Url: SpamDnsblServerUrl,
    Domain: SpamDnsblServerDomain,
    Email: SpamDnsblServerEmail,
    Ip: SpamDnsblServerIp,
    Header: SpamDnsblServerHeader,
    Body: SpamDnsblServerBody,
  }),
  unique: [uniqueProperty('SpamDnsblServer', 'name')],
  filters: {
    name: exact('name'),
  },
  awaits: 'the spam filter',
});
