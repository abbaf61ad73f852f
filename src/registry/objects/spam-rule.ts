// A rule of the spam filter.
import { boolean, exact, integer, object, string, struct, union, uniqueProperty } from '../schema/index.ts';
import { expression } from './parts/settings.ts';

const ruleFields = {
  condition: expression('Gives the tag to set, or false'),
  description: string('What this is for, shown to people in lists').nullable(),
  enable: boolean('Whether this is in use; switch it off to keep the settings without their effect').default(
    true,
  ),
  name: string('Name by which other settings refer to this').immutable(),
  priority: integer('Order among rules; lower numbers run first', { min: -99_999, max: 99_999 }).default(500),
};

const SpamRuleAny = struct('SpamRuleAny', 'A rule applied once to each message', ruleFields);

const SpamRuleUrl = struct('SpamRuleUrl', 'A rule applied to each link', ruleFields);

const SpamRuleDomain = struct('SpamRuleDomain', 'A rule applied to each domain', ruleFields);

const SpamRuleEmail = struct('SpamRuleEmail', 'A rule applied to each address', ruleFields);

const SpamRuleIp = struct('SpamRuleIp', 'A rule applied to each IP address', ruleFields);

const SpamRuleHeader = struct('SpamRuleHeader', 'A rule applied to each header', ruleFields);

const SpamRuleBody = struct('SpamRuleBody', 'A rule applied to the body', ruleFields);

export const SpamRule = object({
  name: 'SpamRule',
  description: 'A rule of the spam filter',
  label: 'name',
  columns: ['name', '@type', 'priority', 'enable'],
  shape: union('SpamRule', 'A spam rule', {
    Any: SpamRuleAny,
    Url: SpamRuleUrl,
    Domain: SpamRuleDomain,
    Email: SpamRuleEmail,
    Ip: SpamRuleIp,
    Header: SpamRuleHeader,
    Body: SpamRuleBody,
  }),
  unique: [uniqueProperty('SpamRule', 'name')],
  filters: {
    name: exact('name'),
  },
  awaits: 'the spam filter',
});
