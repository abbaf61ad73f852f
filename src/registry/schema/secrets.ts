// Secrets: written in clear, kept as given or as a hash, and always shown as four asterisks. Writing the
// asterisks keeps what is stored.
import { Field } from './field.ts';

/** What every stored secret looks like from outside. */
export const MASK = '****';

/** One line that nobody may read back: a password, a token, a key. */
export const secret = (description = ''): Field<string> => secretField('secret', description);

/** Several lines that nobody may read back: a PEM key. */
export const secretText = (description = ''): Field<string> => secretField('secretText', description);

/** A URI that holds a secret, as the address of a one-time password does. */
export const secretUri = (description = ''): Field<string> => secretField('uri', description);

function secretField(format: string, description: string): Field<string> {
  return new Field<string>(
    {
      type: { type: 'string', format },
      parse(json, at, input, before) {
        if (typeof json !== 'string') return input.reject(at, 'a text is expected');
        if (json === MASK) return before ?? input.reject(at, 'there is no stored secret to keep');
        return json;
      },
      format: () => MASK,
      implied: () => '',
      missing: (value) => value === '',
    },
    { description },
  );
}
