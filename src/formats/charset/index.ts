// Text of bytes in the character sets of mail.
export { decodeCharset, decodeUtf8, isKnownCharset, type DecodedText } from './charset.ts';
