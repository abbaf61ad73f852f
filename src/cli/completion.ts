// Completion in the shell: the scripts that ask, and the answers, which come from the commands and the schema.
import type { Command, Option } from 'commander';
import type { SchemaDocument } from '../admin/index.ts';
import { connect } from './connection.ts';
import { documentFor } from './describe.ts';
import { CommandFailure, Status } from './failure.ts';
import { SchemaView, type Target } from './schema-view.ts';
import { say } from './talk.ts';

/** Prints what makes a shell complete the commands of this program. */
export function completion(shell: string): Status {
  const script = SCRIPTS[shell];
  if (script === undefined) {
    throw new CommandFailure(
      `there is no completion for "${shell}"; there is for ${Object.keys(SCRIPTS).join(', ')}`,
      Status.usage,
    );
  }
  say(script);
  return Status.ok;
}

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# eval "$(waypost completion bash)"
_waypost() {
  local IFS=$'\\n'
  COMP_WORDBREAKS=\${COMP_WORDBREAKS//=/}
  COMPREPLY=($(waypost complete-words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  [[ \${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -F _waypost waypost
`,
  zsh: `#compdef waypost
# eval "$(waypost completion zsh)"
_waypost() {
  local -a found
  found=("\${(@f)$(waypost complete-words -- "\${words[@]:1:$((CURRENT-1))}" 2>/dev/null)}")
  compadd -S '' -q -- $found
}
compdef _waypost waypost
`,
  fish: `# waypost completion fish | source
complete -c waypost -f -a '(waypost complete-words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

/** Prints what the last of the words could be, a line each. */
export async function completeWords(program: Command, words: readonly string[]): Promise<Status> {
  const found = await candidates(program, words, schemaForCompletion);
  say(found.map((one) => `${one}\n`).join(''));
  return Status.ok;
}

/** A running server answers sooner than the schema is made. */
async function schemaForCompletion(): Promise<SchemaDocument> {
  try {
    return await (await connect({})).schema();
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return documentFor({});
  }
}

/** What the last of the words could be. */
export async function candidates(
  program: Command,
  words: readonly string[],
  schema: () => Promise<SchemaDocument>,
): Promise<string[]> {
  const last = words.at(-1) ?? '';
  let command = program;
  const given: string[] = [];
  let awaiting: Option | undefined;
  for (const word of words.slice(0, -1)) {
    const option = awaiting ? undefined : optionOf(command, word);
    if (awaiting) awaiting = undefined;
    else if (option) awaiting = option.required || option.optional ? option : undefined;
    else {
      const inner = given.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (inner) command = inner;
      else given.push(word);
    }
  }
  const fitting = (all: readonly string[]): string[] =>
    all.filter((one) => one.toLowerCase().startsWith(last.toLowerCase()));
  if (awaiting?.required) return fitting(await valuesOf(awaiting, given, last, schema));
  if (last.startsWith('-')) return fitting(command.options.flatMap(({ long }) => long ?? []));
  if (command.commands.length > 0 && given.length === 0) {
    return fitting(command.commands.map((one) => one.name()).filter((name) => name !== HIDDEN));
  }
  const argument =
    command.registeredArguments[Math.min(given.length, command.registeredArguments.length - 1)];
  switch (argument?.name()) {
    case 'object':
    case 'objects':
      return fitting(objectNames(new SchemaView(await schema()), last.includes('/')));
    case 'permission':
      return fitting((await schema()).enums['Permission']?.map(({ name }) => name) ?? []);
    case 'shell':
      return fitting(Object.keys(SCRIPTS));
    default:
      return [];
  }
}

export const HIDDEN = 'complete-words';

const optionOf = (command: Command, word: string): Option | undefined =>
  command.options.find(({ long, short }) => word === long || word === short);

/** Objects, and variants once a slash is there. */
function objectNames(view: SchemaView, withVariants: boolean): string[] {
  const names = view.names();
  if (!withVariants) return names.map(kebab);
  return names.flatMap((name) => view.variants(`x:${name}`).map((one) => `${kebab(name)}/${one}`));
}

/** `DkimSignature` → `dkim-signature` */
const kebab = (name: string): string =>
  name
    .replace(/^OAuth/, 'Oauth')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .toLowerCase();

/** What can stand behind an option. */
async function valuesOf(
  option: Option,
  given: readonly string[],
  last: string,
  schema: () => Promise<SchemaDocument>,
): Promise<string[]> {
  const [object] = given;
  if (object === undefined) return [];
  const name = option.long ?? '';
  if (!['--field', '--fields', '--where', '--sort'].includes(name)) return [];
  const view = new SchemaView(await schema());
  let target: Target;
  try {
    target = view.find(object);
  } catch {
    return [];
  }
  const shape = `x:${target.name}`;
  const properties = Object.entries(view.properties(shape, target.variant));
  const filters = view.document.lists[shape]?.filters ?? [];
  if (name === '--fields') return properties.map(([one]) => one);
  if (name === '--sort') return ['id', ...filters.map((one) => one.name)];
  const equals = last.indexOf('=');
  if (equals > 0)
    return literals(view, view.typeAt(shape, last.slice(0, equals).split('/'), target.variant), last);
  if (name === '--where') return filters.map((one) => `${one.name}=`);
  return properties.filter(([, { update }]) => update !== 'serverSet').map(([one]) => `${one}=`);
}

/** `protocol=` with each of its values. */
function literals(view: SchemaView, type: ReturnType<SchemaView['typeAt']>, last: string): string[] {
  const start = last.slice(0, last.indexOf('=') + 1);
  const values =
    type?.type === 'enum'
      ? view.literals(type.enumName as string)
      : type?.type === 'boolean'
        ? ['yes', 'no']
        : type?.type === 'object'
          ? view.variants(type.objectName as string)
          : [];
  return values.map((one) => `${start}${one}`);
}
