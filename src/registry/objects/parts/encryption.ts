// How the mail of an account is encrypted where it is stored.
import { boolean, reference, struct, union } from '../../schema/index.ts';

const EncryptionSettings = struct('EncryptionSettings', 'Encryption with a public key', {
  allowSpamTraining: boolean('Learn from messages before they are encrypted'),
  encryptOnAppend: boolean('Encrypt what the account itself stores as well'),
  publicKey: reference('PublicKey', 'Key to encrypt with'),
});

export const EncryptionAtRest = union('EncryptionAtRest', 'How stored mail is encrypted', {
  Disabled: null,
  Aes128: EncryptionSettings,
  Aes256: EncryptionSettings,
  Aes256Gcm: EncryptionSettings,
  ChaCha20Poly1305: EncryptionSettings,
});
