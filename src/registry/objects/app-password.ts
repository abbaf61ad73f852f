// Passwords for single programs: credentials of the caller's account as objects of their own.
import { exact, object, struct } from '../schema/index.ts';
import { secondaryFields } from './parts/credentials.ts';

export const AppPassword = object({
  name: 'AppPassword',
  description: 'A password for one program',
  label: 'description',
  columns: ['description', 'expiresAt'],
  shape: struct('AppPassword', 'An app password', secondaryFields),
  filters: { expiresAt: exact('expiresAt') },
  source: 'credentials',
});
