// `waypost send`: a message written here and delivered by the running server, as any other.
import { text as readText } from 'node:stream/consumers';
import { say, talk } from './talk.ts';

export async function send(
  to: readonly string[],
  options: {
    readonly data?: string;
    readonly from?: string;
    readonly subject: string;
    readonly message?: string;
  },
): Promise<number> {
  const { data, from, subject, message } = options;
  const text = message ?? (process.stdin.isTTY ? '' : await readText(process.stdin));
  const args = { to, subject, text, ...(from !== undefined && { from }) };
  return talk(data, 'send', args, ({ messageId, size }) => {
    say(`Delivered <${messageId}>, ${size} bytes, to ${to.join(', ')}.\n`);
  });
}
