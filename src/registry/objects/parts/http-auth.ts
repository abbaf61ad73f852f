// How requests to other services identify themselves.
import { nested, string, struct, union } from '../../schema/index.ts';
import { SecretKey } from './secret-values.ts';

export const HttpAuthBasic = struct('HttpAuthBasic', 'Name and password', {
  secret: nested(SecretKey, 'The password'),
  username: string('The name'),
});

export const HttpAuthBearer = struct('HttpAuthBearer', 'A bearer token', {
  bearerToken: nested(SecretKey, 'The token'),
});

export const HttpAuth = union('HttpAuth', 'How requests to a service identify themselves', {
  Unauthenticated: null,
  Basic: HttpAuthBasic,
  Bearer: HttpAuthBearer,
});
