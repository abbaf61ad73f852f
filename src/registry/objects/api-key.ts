// Keys for programs that use the HTTP interfaces: credentials of the caller's account as objects of their own.
import { exact, object, struct } from '../schema/index.ts';
import { secondaryFields } from './parts/credentials.ts';

export const ApiKey = object({
  name: 'ApiKey',
  description: 'A key for programs that use the HTTP interfaces',
  label: 'description',
  columns: ['description', 'expiresAt'],
  shape: struct('ApiKey', 'An API key', secondaryFields),
  filters: { expiresAt: exact('expiresAt') },
  source: 'credentials',
});
