// The least that telling many connections of one change can cost: a server that does nothing but write the same bytes to
// each of its sockets when its parent says so. Run as a child process.
import { createServer, type Socket } from 'node:net';

const EVENT = `event: state\nid: b.b\ndata: ${JSON.stringify({ '@type': 'StateChange', changed: { b: { Email: 'b.b' } } })}\n\n`;
const FRAME = Buffer.from(`${EVENT.length.toString(16)}\r\n${EVENT}\r\n`);

const sockets: Socket[] = [];
const server = createServer({ noDelay: true }, (socket) => {
  socket.once('data', () => {
    sockets.push(socket);
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('message', () => {
  for (const socket of sockets) socket.write(FRAME);
});
process.on('disconnect', () => process.exit());
