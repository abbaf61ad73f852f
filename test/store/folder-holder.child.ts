// A process that holds a data folder until it is told to end.
import { openEmbedded } from '../../src/store/index.ts';

const stores = await openEmbedded({ folder: process.argv[2] ?? '', logBytes: 1024 * 1024 });
process.stdout.write('open\n');
process.stdin.on('end', () => void stores.close());
process.stdin.resume();
