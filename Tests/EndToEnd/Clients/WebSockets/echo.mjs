// An app that sends every message back: node echo.mjs. Says its port; ends with its standard input.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  maxPayload: 64 * 1024 * 1024,
  perMessageDeflate: { threshold: 0 },
  handleProtocols: protocols => protocols.has('second') ? 'second' : false,
});
server.on('connection', socket => {
  // A violation is answered with a close by ws itself.
  socket.on('error', () => { });
  socket.on('message', (data, isBinary) => {
    const text = isBinary ? '' : data.toString();
    if (text.startsWith('close ')) {
      const [, code, reason] = text.split(' ');
      return socket.close(Number(code), reason);
    }
    if (text === 'ping me') return socket.ping('from the app');
    socket.send(data, { binary: isBinary });
  });
  socket.on('pong', data => data.length && socket.send(`pong ${data}`));
});
server.on('listening', () => process.stdout.write(`listening on ${server.address().port}\n`));
process.stdin.resume().on('end', () => process.exit());
