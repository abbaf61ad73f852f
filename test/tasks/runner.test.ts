// Workers that share tasks: each task is done, by one of them, and once more when a worker vanishes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Unavailable } from '../../src/base/index.ts';
import { PermanentFailure, type TaskRun } from '../../src/tasks/index.ts';
import { keys } from '../../src/store/index.ts';
import { openTaskWorld, until, work } from './world.ts';

describe('workers', () => {
  test('do every task once between them, at most so many at a time', async () => {
    const world = await openTaskWorld();
    try {
      const done = new Map<number, number>();
      let [now, most] = [0, 0];
      const workers = await Promise.all([world.worker(), world.worker()]);
      for (const worker of workers) {
        worker.tasks.handle('DnsManagement', async ({ subject }) => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, 2));
          now--;
          done.set(subject.domainId, (done.get(subject.domainId) ?? 0) + 1);
        });
        world.start(worker);
      }
      const [first] = workers;
      await first.tasks.add(...Array.from({ length: 200 }, (_, i) => work(i + 1)));
      await until(() => done.size === 200);
      assert.deepEqual(new Set(done.values()), new Set([1]));
      assert.ok(most > 1 && most <= 16, `${most} at a time`);
      await until(async () => {
        for await (const page of first.tasks.queue.scan()) if (page.length > 0) return false;
        return true;
      });
    } finally {
      await world.close();
    }
  });

  test('hear of a task of another worker, and wait for its time', async () => {
    const world = await openTaskWorld();
    try {
      const [orders, runs] = await Promise.all([world.worker(), world.worker()]);
      const seen: number[] = [];
      runs.tasks.handle('DnsManagement', async ({ subject }) => void seen.push(subject.domainId));
      world.start(runs);
      const [later] = await orders.tasks.add({ ...work(1), due: Date.now() + 3_600_000 });
      const [soon] = await orders.tasks.add(work(2));
      assert.equal(await world.ended(soon as number), undefined);
      assert.deepEqual(seen, [2]);
      world.pass(3_600_001);
      assert.equal(await world.ended(later as number), undefined);
      assert.deepEqual(seen, [2, 1]);
    } finally {
      await world.close();
    }
  });

  test('run what is theirs to run only', async () => {
    const world = await openTaskWorld();
    try {
      const worker = await world.worker();
      const seen: string[] = [];
      worker.tasks.handle('DnsManagement', async () => void seen.push('dns'));
      worker.tasks.handle('SpamFilterMaintenance', async () => void seen.push('spam'));
      world.start(worker, { classes: ['spamClassifierTraining'] });
      const [dns, spam] = await worker.tasks.add(work(1), {
        subject: { '@type': 'SpamFilterMaintenance', maintenanceType: 'train' },
      });
      assert.equal(await world.ended(spam as number), undefined);
      assert.deepEqual(seen, ['spam']);
      assert.equal((await world.task(dns as number))?.lease, undefined);
    } finally {
      await world.close();
    }
  });

  test('order what follows in the commit that ends a task', async () => {
    const world = await openTaskWorld();
    try {
      const worker = await world.worker();
      const seen: number[] = [];
      worker.tasks.handle('DnsManagement', async ({ subject: { domainId } }) => {
        seen.push(domainId);
        return domainId < 4 ? [work(domainId + 1)] : undefined;
      });
      world.start(worker);
      await worker.tasks.add(work(1));
      await until(() => seen.length === 4);
      assert.deepEqual(seen, [1, 2, 3, 4]);
    } finally {
      await world.close();
    }
  });
});

describe('a task', () => {
  test('is tried again by the strategy, and given up with its reason', async () => {
    const world = await openTaskWorld({ maxAttempts: 2, strategy: { '@type': 'FixedDelay', delay: 60_000 } });
    try {
      const worker = await world.worker();
      let attempts = 0;
      worker.tasks.handle('DnsManagement', async () => {
        attempts++;
        throw new Unavailable('the provider');
      });
      world.start(worker);
      const [id] = await worker.tasks.add(work());
      await until(async () => (await world.task(id as number))?.attempts === 1);
      const waiting = await world.task(id as number);
      assert.equal(waiting?.lease, undefined);
      world.pass(60_001);
      const failed = await world.ended(id as number);
      assert.deepEqual([failed?.attempts, attempts], [2, 2]);
      assert.equal(failed?.reason, 'the provider is not available');
      world.pass(86_400_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(attempts, 2, 'what was given up stays');
    } finally {
      await world.close();
    }
  });

  test('whose error stays, or that nobody can do, is given up at once', async () => {
    const world = await openTaskWorld();
    try {
      const worker = await world.worker();
      worker.tasks.handle('DnsManagement', async () => {
        throw new PermanentFailure('there is no such zone');
      });
      world.start(worker);
      const [dns, acme] = await worker.tasks.add(work(), work(1, 'AcmeRenewal'));
      assert.equal((await world.ended(dns as number))?.reason, 'there is no such zone');
      assert.match(
        (await world.ended(acme as number))?.reason ?? '',
        /^not configured on this server: automatic certificates/,
      );
    } finally {
      await world.close();
    }
  });

  test('goes on from its last checkpoint, and what was committed with it is there', async () => {
    const world = await openTaskWorld({ strategy: { '@type': 'FixedDelay', delay: 1000 } });
    try {
      const worker = await world.worker();
      const begun: (number | undefined)[] = [];
      const row = (step: number) => keys.otherKey(keys.Subspace.System, 'test/step', keys.u53Part(step));
      worker.tasks.handle('DnsManagement', async (run) => {
        begun.push(run.progress?.done);
        for (let step = (run.progress?.done ?? 0) + 1; step <= 4; step++) {
          await run.checkpoint({ done: step, total: 4, cursor: step }, (batch) =>
            batch.assert(row(step), 'absent').set(row(step), Uint8Array.of(step)),
          );
          if (step === 2 && begun.length === 1) throw new Unavailable('the network');
        }
      });
      world.start(worker);
      const [id] = await worker.tasks.add(work());
      await until(async () => (await world.task(id as number))?.attempts === 1);
      assert.deepEqual((await world.task(id as number))?.progress, { done: 2, total: 4, cursor: 2 });
      world.pass(1001);
      assert.equal(await world.ended(id as number), undefined);
      assert.deepEqual(begun, [undefined, 2]);
      const rows = await world.stores.data.getMany([1, 2, 3, 4].map(row));
      assert.deepEqual(
        rows.map((value) => value?.[0]),
        [1, 2, 3, 4],
      );
    } finally {
      await world.close();
    }
  });

  test('is taken over when its worker vanishes, who cannot write any more', async () => {
    const world = await openTaskWorld();
    try {
      const [slow, quick] = await Promise.all([world.worker(), world.worker()]);
      const entered = Promise.withResolvers<TaskRun>();
      const resume = Promise.withResolvers<void>();
      const late = Promise.withResolvers<unknown>();
      slow.tasks.handle('DnsManagement', async (run) => {
        entered.resolve(run as TaskRun);
        await resume.promise;
        await run.checkpoint({ done: 9, total: null, cursor: null }).catch((error: unknown) => {
          late.resolve(error);
          throw error;
        });
      });
      const seen: string[] = [];
      quick.tasks.handle('DnsManagement', async () => void seen.push('quick'));
      // never renewed, as if the process slept
      world.start(slow, { lease: { lifeMs: 60_000, renewMs: 1e9 } });
      const [id] = await slow.tasks.add(work());
      await entered.promise;
      world.start(quick);
      world.pass(59_000);
      await new Promise((resolve) => setTimeout(resolve, 30));
      assert.deepEqual(seen, [], 'the lease holds');
      world.pass(2000);
      assert.equal(await world.ended(id as number), undefined);
      assert.deepEqual(seen, ['quick']);
      resume.resolve();
      assert.match(String(await late.promise), /cancelled or taken over/);
      assert.equal(await world.task(id as number), undefined);
    } finally {
      await world.close();
    }
  });

  test('stays with its worker for as long as the lease is renewed', async () => {
    const world = await openTaskWorld();
    try {
      const [one, other] = await Promise.all([world.worker(), world.worker()]);
      let begun = 0;
      for (const { tasks } of [one, other]) {
        tasks.handle('DnsManagement', async () => {
          begun++;
          await new Promise((resolve) => setTimeout(resolve, 600));
        });
      }
      const lease = { lifeMs: 200, renewMs: 40 };
      world.start(one, { lease });
      world.start(other, { lease });
      const [id] = await one.tasks.add(work());
      assert.equal(await world.ended(id as number), undefined);
      assert.equal(begun, 1);
    } finally {
      await world.close();
    }
  });

  test('is given back when the server stops, and goes on elsewhere', async () => {
    const world = await openTaskWorld();
    try {
      const [first, second] = await Promise.all([world.worker(), world.worker()]);
      const entered = Promise.withResolvers<void>();
      first.tasks.handle('DnsManagement', async ({ signal, checkpoint }) => {
        await checkpoint({ done: 1, total: null, cursor: null });
        entered.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        signal.throwIfAborted();
      });
      const seen: unknown[] = [];
      second.tasks.handle('DnsManagement', async ({ progress }) => void seen.push(progress?.done));
      world.start(first);
      const [id] = await first.tasks.add(work());
      await entered.promise;
      await first.tasks.stop();
      const left = await world.task(id as number);
      assert.deepEqual([left?.lease, left?.attempts, left?.lapses], [undefined, 0, 0]);
      world.start(second);
      assert.equal(await world.ended(id as number), undefined);
      assert.deepEqual(seen, [1]);
    } finally {
      await world.close();
    }
  });

  test('that ends all its workers is given up in the end', async () => {
    const world = await openTaskWorld();
    try {
      const worker = await world.worker();
      const [id] = await worker.tasks.add(work());
      await worker.tasks.queue.change(id as number, (record) => ({
        ...record,
        lapses: 10,
        lease: { owner: 'gone', since: 1, until: 2 },
      }));
      worker.tasks.handle('DnsManagement', async () => assert.fail('it runs'));
      world.start(worker);
      assert.match((await world.ended(id as number))?.reason ?? '', /11 workers in a row/);
    } finally {
      await world.close();
    }
  });

  test('that cannot be read does not keep others from running', async () => {
    const world = await openTaskWorld();
    try {
      const worker = await world.worker();
      const [bad] = await worker.tasks.add(work(1));
      const { data } = world.stores;
      const key = keys.otherKey(keys.Subspace.Task, 't', keys.u53Part(bad as number));
      await data.commit(data.newBatch().set(key, Uint8Array.of(99)));
      const seen: number[] = [];
      worker.tasks.handle('DnsManagement', async ({ subject }) => void seen.push(subject.domainId));
      world.start(worker);
      await worker.tasks.add(work(2));
      await until(() => seen.length === 1);
      assert.deepEqual(seen, [2]);
    } finally {
      await world.close();
    }
  });
});
