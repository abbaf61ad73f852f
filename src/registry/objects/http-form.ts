// A contact form whose entries become mail.
import { boolean, emailAddress, set, singleton, size, string, struct } from '../schema/index.ts';
import { rate } from './parts/settings.ts';

export const HttpForm = singleton({
  name: 'HttpForm',
  description: 'A contact form whose entries become mail',
  shape: struct('HttpForm', 'Contact form', {
    defaultFromAddress: string('Sender when the form gives none').default('postmaster@localhost'),
    defaultName: string('Name when the form gives none').default('Anonymous'),
    defaultSubject: string('Subject when the form gives none').default('Contact form submission'),
    deliverTo: set(emailAddress(), 'Who receives the entries'),
    enable: boolean('Whether forms are accepted under /form'),
    fieldEmail: string("Form field with the sender's address").nullable(),
    fieldHoneyPot: string('Form field that people leave empty; entries that fill it are dropped').nullable(),
    fieldName: string("Form field with the sender's name").nullable(),
    fieldSubject: string('Form field with the subject').nullable(),
    maxSize: size('Largest entry in bytes').default(102_400),
    rateLimit: rate('Most entries of one address').nullable().default({ count: 5, period: 3_600_000 }),
    validateDomain: boolean('Refuse senders whose domain takes no mail').default(true),
  }),
  awaits: 'the contact form',
});
