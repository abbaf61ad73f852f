// A web application that the server delivers under a path.
import { boolean, duration, object, set, string, struct } from '../schema/index.ts';

export const Application = object({
  name: 'Application',
  description: 'A web application that the server delivers under a path',
  label: 'description',
  columns: ['description', 'urlPrefix', 'autoUpdateFrequency'],
  shape: struct('Application', 'A web application', {
    autoUpdateFrequency: duration('How often a newer version is fetched').default(7_776_000_000),
    description: string('What this is for, shown to people in lists'),
    enabled: boolean('Whether it is delivered').default(true),
    resourceUrl: string('Where its archive is fetched from: an address or a local file'),
    unpackDirectory: string('Folder the archive is unpacked into; a temporary one when absent').nullable(),
    urlPrefix: set(string(), 'Paths under which it is delivered', { minItems: 1 }),
  }),
  awaits: 'web applications',
});
