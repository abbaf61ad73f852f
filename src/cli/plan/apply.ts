// `waypost plan` and `waypost apply`: shows what a plan would change, and makes it true.
import { readFileSync } from 'node:fs';
import { text as readText } from 'node:stream/consumers';
import { CommandFailure, fail, Status } from '../failure.ts';
import { type Json, textOf } from '../json.ts';
import { parsePlan, type PlanLine } from '../plan-file.ts';
import { setErrorText } from '../sentences.ts';
import { Session, type SessionOptions } from '../session.ts';
import { say } from '../talk.ts';
import { makePlan, type Plan, type Step } from './planner.ts';
import { planText, summaryText } from './text.ts';
import { mapRecordIds } from './values.ts';

export interface ApplyOptions extends SessionOptions {
  readonly file?: string;
  readonly stdin?: boolean;
  readonly dryRun?: boolean;
  readonly continueOnError?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly progress?: boolean;
  readonly yes?: boolean;
  /** Secrets of the plan replace those that are stored. */
  readonly secrets?: boolean;
}

/** Records that one call makes or changes. */
const AT_ONCE = 100;

export async function apply(file: string | undefined, options: ApplyOptions): Promise<Status> {
  const lines = await readLines(file ?? options.file, options.stdin === true);
  const session = await Session.open(options);
  const plan = await makePlan(session, lines, { secrets: options.secrets === true });
  for (const warning of plan.warnings) process.stderr.write(`warning: ${warning}\n`);
  if (options.json) {
    if (options.dryRun)
      for (const step of plan.steps) say(`${JSON.stringify(stepRecord(step, 'planned'))}\n`);
  } else if (!options.quiet) say(planText(session.view, plan));
  if (options.dryRun || plan.steps.length === 0) {
    const out = options.json || options.quiet ? process.stderr : process.stdout;
    out.write(`${options.json || options.quiet || plan.steps.length === 0 ? '' : '\n'}${summaryText(plan)}`);
    return Status.ok;
  }
  if (!options.json && !options.quiet) say(`\n${summaryText(plan)}`);
  if (!(await confirmed(options))) return fail('nothing was changed');
  return new Application(session, plan, options).run();
}

async function readLines(file: string | undefined, stdin: boolean): Promise<PlanLine[]> {
  if (stdin || file === '-') return parsePlan(await readText(process.stdin), 'standard input');
  if (file === undefined) throw new CommandFailure('which plan? Name a file, or use --stdin', Status.usage);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${(error as Error).message}`, Status.noInput);
  }
  return parsePlan(text, file);
}

/** People at a terminal are asked; scripts have said it by calling. */
async function confirmed({ yes, json, quiet }: ApplyOptions): Promise<boolean> {
  if (yes || json || quiet || !process.stdin.isTTY || !process.stdout.isTTY) return true;
  const { createInterface } = await import('node:readline/promises');
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await reader.question('Apply these changes? [y/N] ');
  reader.close();
  return /^y(?:es)?$/i.test(answer.trim());
}

class Application {
  readonly #session: Session;
  readonly #plan: Plan;
  readonly #options: ApplyOptions;
  readonly #ids: Map<string, string>;
  readonly #done = { create: 0, update: 0, destroy: 0 };
  #failed = 0;
  #finished = 0;

  constructor(session: Session, plan: Plan, options: ApplyOptions) {
    this.#session = session;
    this.#plan = plan;
    this.#options = options;
    this.#ids = new Map(plan.ids);
  }

  async run(): Promise<Status> {
    for (const group of groups(this.#plan.steps)) {
      await this.#apply(group);
      this.#finished += group.length;
      if (this.#options.progress) {
        process.stderr.write(`${this.#finished} of ${this.#plan.steps.length}\n`);
      }
      if (this.#failed > 0 && !this.#options.continueOnError) break;
    }
    const { create, update, destroy } = this.#done;
    const left = this.#plan.steps.length - this.#finished;
    process.stderr.write(
      `Created ${create}, changed ${update}, deleted ${destroy}, failed ${this.#failed}${left > 0 ? `, not tried ${left}` : ''}.\n`,
    );
    return this.#failed > 0 ? Status.refused : Status.ok;
  }

  /** Steps of one kind, object and account are one call. */
  async #apply(group: readonly Step[]): Promise<void> {
    const [first] = group;
    if (!first) return;
    const { op, object } = first;
    try {
      const account = first.account === undefined ? undefined : this.#idOf(first.account, first);
      const about = account === undefined ? {} : { account };
      if (op === 'destroy') {
        const result = await this.#session.set(
          object,
          { destroy: group.map(({ id }) => id as string) },
          about,
        );
        for (const step of group) this.#report(step, result.failed.get(step.id as string));
        return;
      }
      const bodies = new Map<string, Json>();
      const named = new Map<string, Step>();
      for (const step of group) {
        const name = op === 'create' ? (step.key as string) : this.#idOf(step.id as string, step);
        named.set(name, step);
        bodies.set(name, await this.#body(step));
      }
      const result = await this.#session.set(object, { [op]: Object.fromEntries(bodies) }, about);
      for (const [name, step] of named) {
        const made = op === 'create' ? result.created[name] : result.updated[name];
        if (op === 'create' && made) this.#ids.set(name, textOf(made['id']));
        this.#report(step, result.failed.get(name), made ?? undefined);
      }
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      for (const step of group) this.#report(step, { type: 'failed', description: error.message });
    }
  }

  /** What is sent: with ids in place of keys, also within pointers. */
  async #body({ object, body }: Step): Promise<Json> {
    const known = await mapRecordIds(this.#session.view, `x:${object}`, body, (_type, id) => this.#known(id));
    return Object.fromEntries(
      Object.entries(known).map(([name, value]) => [
        name.replaceAll(/(?<=\/)#[^/]+/g, (key) => this.#known(key)),
        value,
      ]),
    );
  }

  #report(step: Step, error: Json | undefined, made?: Json): void {
    const { op, object, label, at } = step;
    if (!error) this.#done[op]++;
    else this.#failed++;
    if (this.#options.json) {
      const record = error
        ? { ...stepRecord(step, 'failed'), error: setErrorText(error) }
        : { ...stepRecord(step, 'done'), ...made };
      say(`${JSON.stringify(record)}\n`);
    } else if (error) {
      fail(`${at}: ${object} ${label}: ${setErrorText(error)}`);
    } else if (made?.['secret'] !== undefined) {
      say(`${object} ${label}: secret ${textOf(made['secret'])}   (it is not shown again)\n`);
    }
  }

  #known(id: string): string {
    return id.startsWith('#') ? (this.#ids.get(id.slice(1)) ?? id) : id;
  }

  #idOf(id: string, { at }: Step): string {
    const known = this.#known(id);
    if (known.startsWith('#')) throw new CommandFailure(`${at}: nothing was made for ${known}`);
    return known;
  }
}

/** Neighbours that fit into one call. Each update of a record is a call of its own. */
function* groups(steps: readonly Step[]): Generator<readonly Step[]> {
  let group: Step[] = [];
  for (const step of steps) {
    const [first] = group;
    const fits =
      first &&
      first.op === step.op &&
      first.object === step.object &&
      first.account === step.account &&
      group.length < AT_ONCE &&
      !group.some(({ id }) => id !== undefined && id === step.id);
    if (!fits && group.length > 0) {
      yield group;
      group = [];
    }
    group.push(step);
  }
  if (group.length > 0) yield group;
}

const stepRecord = ({ op, object, label, key, id, differences }: Step, state: string): Json => ({
  op,
  object,
  label,
  state,
  ...(key !== undefined && { key }),
  ...(id !== undefined && { id }),
  ...(op === 'update' && { changes: differences.map(({ at }) => at) }),
});
