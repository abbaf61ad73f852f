// Secrets and texts that may be written down, or be taken from the environment or a file when the server reads
// them.
import { secret, secretText, string, struct, text, union } from '../../schema/index.ts';

const FromEnvironment = struct('SecretKeyEnvironmentVariable', 'Taken from the environment', {
  variableName: string('Name of the variable'),
});
const FromFile = struct('SecretKeyFile', 'Taken from a file', {
  filePath: string('Path of the file; one line break at its end is left out'),
});
const SecretKeyValue = struct('SecretKeyValue', 'Written down', { secret: secret('The secret') });
const SecretTextValue = struct('SecretTextValue', 'Written down', {
  secret: secretText('The secret, of several lines'),
});

export const SecretKey = union('SecretKey', 'A secret', {
  Value: SecretKeyValue,
  EnvironmentVariable: FromEnvironment,
  File: FromFile,
});

export const SecretKeyOptional = union('SecretKeyOptional', 'A secret, or none', {
  None: null,
  Value: SecretKeyValue,
  EnvironmentVariable: FromEnvironment,
  File: FromFile,
});

export const SecretText = union('SecretText', 'A secret of several lines', {
  Text: SecretTextValue,
  EnvironmentVariable: FromEnvironment,
  File: FromFile,
});

export const SecretTextOptional = union('SecretTextOptional', 'A secret of several lines, or none', {
  None: null,
  Text: SecretTextValue,
  EnvironmentVariable: FromEnvironment,
  File: FromFile,
});

export const PublicText = union('PublicText', 'A text that anybody may read', {
  Text: struct('PublicTextValue', 'Written down', { value: text('The text') }),
  EnvironmentVariable: FromEnvironment,
  File: FromFile,
});

export const PublicStringOptional = union('PublicStringOptional', 'A line that anybody may read, or none', {
  None: null,
  Value: struct('PublicStringValue', 'Written down', { value: string('The text') }),
  EnvironmentVariable: FromEnvironment,
  File: FromFile,
});
