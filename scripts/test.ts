// Runs the tests: `npm test` all that need no outside service, `npm run test:services` those that do.
// Arguments are test files; without any, every `*.test.ts` under src and test.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';

const args = process.argv.slice(2);
const services = args.includes('--services');
const named = args.filter((arg) => !arg.startsWith('--'));
const pattern = services
  ? ['src/**/*.service.ts', 'test/**/*.service.ts']
  : ['src/**/*.test.ts', 'test/**/*.test.ts'];
const files = named.length > 0 ? named : globSync(pattern).sort();
if (files.length === 0) {
  process.stdout.write('0 passed, 0 failed\n');
  process.exit(0);
}
const child = spawn(
  process.execPath,
  ['--test', '--test-concurrency=2', '--test-timeout=300000', '--test-reporter=spec', ...files],
  { stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: '--expose-gc' } },
);
child.on('exit', (code) => process.exit(code ?? 1));
