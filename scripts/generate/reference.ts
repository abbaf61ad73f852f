// The reference as text: a page for each server object, one for the values that several share, one for permissions,
// and one for the objects that have no effect yet. Everything on them comes from the declarations.
import {
  DECLARATIONS,
  describePermission,
  PERMISSION_GROUPS,
  permissionsOfType,
  type schema,
} from '../../src/registry/index.ts';
import { ENUMS } from '../../src/registry/generated/enums.ts';
import { objectPage, sharedShapes, shapeSection } from './object-page.ts';

const declarations: readonly schema.Declaration[] = Object.values(DECLARATIONS);

/** Name of a page below docs/reference to its text. */
export function referencePages(): ReadonlyMap<string, string> {
  const shared = sharedShapes(declarations);
  const pages = new Map<string, string>([
    ['README.md', indexPage()],
    ['permissions.md', permissionsPage()],
    ['values.md', valuesPage(shared)],
    ['enumerations.md', enumerationsPage()],
    ['awaiting.md', awaitingPage()],
  ]);
  for (const declaration of declarations) {
    pages.set(pageName(declaration), objectPage(declaration, permissionsOfType(declaration.name), shared));
  }
  return pages;
}

const pageName = ({ name }: schema.Declaration): string => `objects/${name}.md`;
const NOTE = '<!-- Written by `npm run generate` from src/registry; do not edit. -->';

function indexPage(): string {
  const rows = (kind: string): string[] =>
    declarations
      .filter((one) => one.kind === kind)
      .map((one) => `| [${one.name}](${pageName(one)}) | ${one.description} |`);
  return page('Reference', [
    `Everything about a server that can be set is a record of one of ${declarations.length} types. Clients read and write`,
    'them by the JMAP methods `x:<Type>/get`, `/set` and `/query`.',
    '',
    '- [Permissions](permissions.md): what each of them lets its holder do',
    '- [Shared values](values.md): rates, schedules, expressions, secrets and other parts of several objects',
    '- [Enumerations](enumerations.md): the literals that a property of each of these types accepts',
    '- [Not in effect yet](awaiting.md): objects whose part of the server does not exist yet',
    '',
    '## Objects',
    '',
    'Types with many records.',
    '',
    '| Type | What it is |',
    '|---|---|',
    ...rows('object'),
    '',
    '## Settings',
    '',
    'Types with exactly one record, whose id is `singleton`.',
    '',
    '| Type | What it is |',
    '|---|---|',
    ...rows('singleton'),
  ]);
}

function permissionsPage(): string {
  const count = PERMISSION_GROUPS.reduce((sum, { permissions }) => sum + permissions.length, 0);
  const table = ({ name, permissions }: (typeof PERMISSION_GROUPS)[number]): string[] => [
    '',
    `## ${name}`,
    '',
    '| Permission | Lets its holder |',
    '|---|---|',
    ...permissions.map((one) => `| \`${one}\` | ${describePermission(one)} |`),
  ];
  return page('Permissions', [
    `There are ${count} permissions. They are given by roles, by the lists of accounts, groups and tenants, and taken`,
    'away by the disabled lists of any of these: what is disabled anywhere stays disabled. A tenant is a ceiling for its',
    'members, and an app password or API key never holds more than its account.',
    ...PERMISSION_GROUPS.flatMap(table),
  ]);
}

function valuesPage(shared: ReadonlySet<schema.Shape>): string {
  const sorted = [...shared].sort((a, b) => (a.name < b.name ? -1 : 1));
  return page('Shared values', [
    'Values that are parts of several objects.',
    ...sorted.flatMap((shape) => shapeSection(shape, 'values.md', shared)),
  ]);
}

function enumerationsPage(): string {
  return page('Enumerations', [
    'The literals that a property of each of these types accepts.',
    '',
    '## Permission',
    '',
    'Any of the [permissions](permissions.md).',
    ...Object.entries(ENUMS).flatMap(([name, literals]) => [
      '',
      `## ${name}`,
      '',
      literals.map((one) => `\`${one}\``).join(', '),
    ]),
  ]);
}

function awaitingPage(): string {
  const waiting = declarations.filter(({ awaits }) => awaits !== undefined);
  const byPart = [...Map.groupBy(waiting, ({ awaits }) => awaits as string)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return page('Not in effect yet', [
    'These objects are declared, checked and stored as they should be, so that a configuration can be prepared and moved.',
    'The part of the server that acts on them does not exist yet.',
    '',
    '| Waits for | Objects |',
    '|---|---|',
    ...byPart.map(
      ([part, objects]) =>
        `| ${part} | ${objects.map((one) => `[${one.name}](${pageName(one)})`).join(', ')} |`,
    ),
  ]);
}

const page = (title: string, lines: readonly string[]): string =>
  `${NOTE}\n\n# ${title}\n\n${lines.join('\n')}\n`;
