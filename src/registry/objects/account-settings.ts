// What users set for their own account.
import { choice, nested, singleton, string, struct } from '../schema/index.ts';
import { EncryptionAtRest } from './parts/encryption.ts';

export const AccountSettings = singleton({
  name: 'AccountSettings',
  description: 'What users set for their own account',
  shape: struct('AccountSettings', 'Own settings', {
    description: string('Name shown to others').nullable(),
    encryptionAtRest: nested(EncryptionAtRest, 'Whether and how stored mail is encrypted'),
    locale: choice('Locale', 'Language of messages that the server writes').default('en_US'),
    timeZone: choice('TimeZone', 'Time zone of calendars and of dates that the server writes').nullable(),
  }),
  source: 'settings',
});
