// The command line: `waypost serve`, and commands that talk to the running server through its local socket.
import { run } from './program.ts';

// Who reads only the beginning (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await run(process.argv.slice(2));
