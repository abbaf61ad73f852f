// The certificate of a server that has no other: made once, kept in the data store, so that every thread shows
// the same one and a client that remembered it still knows it after a restart.
import { X509Certificate } from 'node:crypto';
import { fromUtf8, now, utf8 } from '../base/index.ts';
import { type SelfSigned, selfSigned } from '../net/index.ts';
import { type DataStore, keys } from '../store/index.ts';

const KEY = keys.otherKey(keys.Subspace.System, 'self-signed-certificate');
/** It is made again when less than this is left of it. */
const RENEW_BEFORE_MS = 30 * 86_400_000;

/** The stored certificate, or a new one for these names when there is none or it is about to expire. */
export async function storedCertificate(data: DataStore, names: readonly string[]): Promise<SelfSigned> {
  const stored = await data.get(KEY);
  if (stored) {
    const certificate = JSON.parse(fromUtf8(stored)) as SelfSigned;
    const until = new X509Certificate(certificate.cert).validToDate.getTime();
    if (until - now() > RENEW_BEFORE_MS) return certificate;
  }
  const fresh = await selfSigned(names);
  const batch = data.newBatch().set(KEY, utf8(JSON.stringify(fresh)));
  batch.assert(KEY, stored ?? 'absent');
  const result = await data.commit(batch);
  // Another node was faster: its certificate counts.
  return result.ok ? fresh : storedCertificate(data, names);
}
