// Fills an inbox with e-mails that have records and nothing else: what columns are built from, in a fraction of the time
// that deliveries take.
import { Aspect, type DocumentId } from '../../src/account/index.ts';
import { Edit } from '../../src/mail/edit.ts';
import type { World } from './world.ts';

export async function fillInbox(world: World, account: number, count: number): Promise<DocumentId> {
  const view = await world.mail.account(account).view();
  const inbox = [...view.mailboxes.values()].find(({ role }) => role === 'inbox')?.id as DocumentId;
  for (let left = count; left > 0; left -= 1000) {
    await world.accounts.get(account).write(async (w) => {
      const edit = new Edit(w);
      await edit.loadMailboxes([inbox]);
      for (let i = 0; i < Math.min(1000, left); i++) {
        const thread = edit.newThread();
        const memberships = [
          { mailbox: inbox, uid: edit.newUid(inbox), addModseq: w.change, deleted: false },
        ];
        const receivedAt = 1_600_000_000_000 + (left - i) * 1000;
        const record = { thread, size: 4000, receivedAt, hasAttachment: i % 9 === 0, memberships };
        const keywords = i % 3 === 0 ? [0] : [];
        edit.change(w.newId(), undefined, { ...record, flagModseq: w.change, keywords }, Aspect.Containers);
      }
      edit.finish();
    });
  }
  return inbox;
}
