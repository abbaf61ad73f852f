// Tells somebody when a measured value passes a limit.
import { boolean, emailAddress, nested, object, set, string, struct, text, union } from '../schema/index.ts';
import { expression } from './parts/settings.ts';

const AlertEmailProperties = struct('AlertEmailProperties', 'The message that is sent', {
  body: text('Text of the message; %{name}% stands for a measured value'),
  fromAddress: emailAddress('Sender of the message'),
  fromName: string('Name beside the sender').nullable(),
  subject: string('Subject of the message'),
  to: set(emailAddress(), 'Who receives it', { minItems: 1 }),
});

const AlertEmail = union('AlertEmail', 'A message about the alert', {
  Disabled: null,
  Enabled: AlertEmailProperties,
});

const AlertEventProperties = struct('AlertEventProperties', 'The event that is raised', {
  eventMessage: text('Text of the event; %{name}% stands for a measured value').nullable(),
});

const AlertEvent = union('AlertEvent', 'An event about the alert', {
  Disabled: null,
  Enabled: AlertEventProperties,
});

export const Alert = object({
  name: 'Alert',
  description: 'Tells somebody when a measured value passes a limit',
  label: 'condition',
  columns: ['enable', 'condition'],
  shape: struct('Alert', 'An alert', {
    condition: expression('Condition over the measured values, looked at whenever they are collected'),
    emailAlert: nested(AlertEmail, 'Whether a message is sent'),
    enable: boolean(
      'Whether this is in use; switch it off to keep the settings without their effect',
    ).default(true),
    eventAlert: nested(AlertEvent, 'Whether an event is raised, which web hooks and logs receive'),
  }),
  awaits: 'alerts',
});
