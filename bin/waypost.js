#!/usr/bin/env node
// The launcher: starts the command line with the pinned Node.js.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './node.js';

const main = path.join(path.dirname(fileURLToPath(import.meta.url)), '../src/cli/main.ts');
run(['--enable-source-maps', main, ...process.argv.slice(2)]);
