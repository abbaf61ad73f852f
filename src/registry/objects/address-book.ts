// Limits and defaults of contacts.
import { singleton, size, string, struct, unsigned } from '../schema/index.ts';

export const AddressBook = singleton({
  name: 'AddressBook',
  description: 'Limits and defaults of contacts',
  shape: struct('AddressBook', 'Contacts', {
    defaultDisplayName: string('Name of the address book that new accounts get; absent for none')
      .nullable()
      .default('Address book'),
    defaultHrefName: string('Last part of its address in CardDAV').nullable().default('default'),
    maxAddressBooks: unsigned('Most address books of an account', { min: 1 }).nullable().default(250),
    maxContacts: unsigned('Most contacts of an account', { min: 1 }).nullable(),
    maxVCardSize: size('Largest contact card in bytes').default(524_288),
  }),
  awaits: 'contacts',
});
