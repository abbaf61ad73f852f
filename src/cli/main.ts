// The command line: `waypost serve`, and commands that talk to the running server through its local socket.
import { run } from './program.ts';

process.exitCode = await run(process.argv.slice(2));
