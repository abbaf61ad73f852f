// The floors of the house: a module imports from its own folder and from floors below, through the other
// folder's door (`index.ts`), never from above and never from a neighbour on its own floor.
// `npm run check` runs this and fails when it saw fewer modules than there are files.

/** Floors from the lowest up; the folders of one floor are strangers to each other. */
const floors = [
  ['base'],
  ['formats', 'net'],
  ['store'],
  ['registry'],
  ['access'],
  ['account'],
  ['mail', 'groupware'],
  ['mta', 'spam', 'tasks'],
  ['smtp', 'jmap', 'imap', 'pop3', 'managesieve', 'dav', 'http', 'admin', 'client'],
  ['cli', 'server'],
];

/** Edges between neighbours that are allowed, one way only. */
const sideways = { mta: ['spam'], cli: ['server'] };

/** `src/client` speaks the public interfaces only, as any other program would. */
const clientMayUse = ['base', 'formats', 'net'];

/** What may sit behind another folder's door and still be imported: data files, by tests only. */
const tests = '\\.test\\.ts$';

const folders = floors.flat();
const any = (names) => `^src/(?:${names.join('|')})/`;

const perFolder = floors.flatMap((neighbours, floor) =>
  neighbours.map((folder) => {
    const below = floors.slice(0, floor).flat();
    const mayUse = folder === 'client' ? clientMayUse : [folder, ...below, ...(sideways[folder] ?? [])];
    const forbidden = folders.filter((other) => other !== folder && !mayUse.includes(other));
    return {
      name: `floor-of-${folder}`,
      comment: `src/${folder} stands on floor ${floor} and may import from: ${mayUse.join(', ')}.`,
      severity: 'error',
      from: { path: any([folder]) },
      to: { path: any(forbidden.length > 0 ? forbidden : ['(?!)']) },
    };
  }),
);

module.exports = {
  forbidden: [
    ...perFolder,
    {
      name: 'known-folder',
      comment: 'Every folder of src stands on a floor; add it to the table in .dependency-cruiser.cjs.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: any(folders) },
    },
    {
      name: 'known-folder-of-importer',
      comment: 'Every folder of src stands on a floor; add it to the table in .dependency-cruiser.cjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: any(folders) },
      to: {},
    },
    {
      name: 'door',
      comment: 'Import another folder through its index.ts.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: {
        path: '^src/(?!formats/)[^/]+/',
        pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '\\.json$'],
      },
    },
    {
      name: 'door-of-format',
      comment: 'Each folder of src/formats has its own door; import it through its index.ts.',
      severity: 'error',
      from: { path: '^src/(formats/[^/]+|[^/]+)/' },
      to: {
        path: '^src/formats/',
        pathNot: ['^src/$1/', '^src/formats/[^/]+/index\\.ts$', '\\.json$'],
      },
    },
    {
      name: 'data-behind-the-door',
      comment: 'Only tests read the data files of another folder; code asks its door.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: tests },
      to: { path: '^src/.*\\.json$', pathNot: '^src/$1/' },
    },
    {
      name: 'formats-are-pure',
      comment: 'Codecs turn bytes into values: no files, sockets, processes or threads.',
      severity: 'error',
      from: { path: '^src/formats/', pathNot: tests },
      to: {
        dependencyTypes: ['core'],
        path: '^(?:node:)?(?:fs|net|tls|https|http2|dns|dgram|child_process|worker_threads|cluster|sqlite)(?:/|$)',
      },
    },
    {
      name: 'test-code-stays-in-tests',
      comment: 'Shipped code never imports tests, test helpers, fuzz entries, benchmarks or scripts.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.test\\.ts$', '\\.service\\.ts$', '/fuzz\\.ts$', '/testing[^/]*(?:/|\\.ts$)'] },
      to: { path: ['^(?:test|bench|scripts)/', '\\.test\\.ts$', '/fuzz\\.ts$', '^src/.*/testing[^/]*(?:/|\\.ts$)'] },
    },
    {
      name: 'web-speaks-public-interfaces',
      comment: 'The browser applications use the public HTTP and JMAP interfaces and the client alone.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: '^src/(?:client/index\\.ts|formats/jmap/index\\.ts)$' },
    },
    {
      name: 'no-development-packages',
      comment: 'What ships may not need a package that is installed for development only.',
      severity: 'error',
      from: {
        path: ['^src/', '^bin/'],
        pathNot: ['\\.test\\.ts$', '\\.service\\.ts$', '/testing[^/]*(?:/|\\.ts$)'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '/@types/' },
    },
    {
      name: 'listed-packages-only',
      comment: 'A package that is imported stands in package.json.',
      severity: 'error',
      from: { path: '^(?:src|bin|test|bench|scripts)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no compiler API, so the sources are read with @swc/core; type imports count too.
    parser: 'swc',
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:data|tmp)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.json'],
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
