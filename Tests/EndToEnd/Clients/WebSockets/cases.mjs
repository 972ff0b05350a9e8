// Cases of the Autobahn test suite, by its chapters, on echo.mjs behind the relay: node cases.mjs <port> <host> <chapter>.
// Every case prints its name; the first that fails ends it with an error.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';

const [port, host, chapter] = process.argv.slice(2);

async function open(protocols = [], options = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, protocols, { headers: { Host: host }, perMessageDeflate: false, maxPayload: 64 * 1024 * 1024, ...options });
  await once(socket, 'open');
  return socket;
}

async function close(socket) {
  const closed = once(socket, 'close');
  socket.close(1000);
  assert.equal((await closed)[0], 1000);
}

async function echo(socket, data) {
  const [back, isBinary] = await (socket.send(data), once(socket, 'message'));
  assert.equal(isBinary, typeof data !== 'string');
  assert(Buffer.from(data).equals(back), `another message of ${back.length} octets for one of ${data.length}`);
}

// One connection without a client library, which would not break the protocol.
async function raw() {
  const socket = net.connect(port, '127.0.0.1');
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
  let received = Buffer.alloc(0);
  let waiting = () => { };
  let ended = false;
  socket.on('data', data => { received = Buffer.concat([received, data]); waiting(); });
  socket.on('close', () => { ended = true; waiting(); });
  socket.on('error', () => { });
  const until = async done => {
    while (!done()) {
      assert(!ended, `the connection ended after ${received.toString('hex')}`);
      await new Promise(resolve => { waiting = resolve; });
    }
  };
  await until(() => received.includes('\r\n\r\n'));
  assert.match(received.toString('latin1'), /^HTTP\/1\.1 101 /);
  assert.match(received.toString('latin1'), /s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
  received = received.subarray(received.indexOf('\r\n\r\n') + 4);
  return {
    send: frames => socket.write(frames),
    async take(count) {
      await until(() => received.length >= count);
      const taken = received.subarray(0, count);
      received = received.subarray(count);
      return taken;
    },
    end: () => socket.destroy(),
  };
}

function frame(first, payload = Buffer.alloc(0), masked = true) {
  payload = Buffer.from(payload);
  const length = payload.length < 126 ? Buffer.from([payload.length])
    : payload.length < 65536 ? Buffer.from([126, payload.length >> 8, payload.length & 255])
      : Buffer.concat([Buffer.from([127, 0, 0, 0, 0]), Buffer.from(Uint32Array.of(payload.length).buffer).reverse()]);
  if (!masked) return Buffer.concat([Buffer.from([first]), length, payload]);
  length[0] |= 0x80;
  const mask = randomBytes(4);
  return Buffer.concat([Buffer.from([first]), length, mask, payload.map((octet, i) => octet ^ mask[i % 4])]);
}

// Sends frames and expects the app's close frame with a code, as the app sent it.
async function violates(code, ...frames) {
  const connection = await raw();
  connection.send(Buffer.concat(frames));
  const head = await connection.take(2);
  assert.equal(head[0], 0x88, `a close frame, not ${head.toString('hex')}`);
  assert.equal((await connection.take(head[1])).readUInt16BE(), code);
  connection.end();
}

const text = 'Hello-µ@ßöäüàá-UTF-8!!';
const chapters = {
  '1 framing': {
    async 'text and binary of each size of a length field'() {
      const socket = await open();
      for (const size of [0, 1, 125, 126, 127, 128, 65535, 65536]) {
        await echo(socket, '*'.repeat(size));
        await echo(socket, randomBytes(size));
      }
      await close(socket);
    },
    async 'a frame octet by octet'() {
      const connection = await raw();
      for (const octet of frame(0x81, text)) connection.send(Buffer.from([octet]));
      const expected = frame(0x81, text, false);
      assert.deepEqual(await connection.take(expected.length), expected);
      connection.end();
    },
  },
  '2 pings and pongs': {
    async 'a ping is answered with its payload'() {
      const socket = await open();
      for (const payload of ['', 'hello', randomBytes(125)]) {
        const [pong] = await (socket.ping(payload), once(socket, 'pong'));
        assert(Buffer.from(payload).equals(pong));
      }
      await close(socket);
    },
    async 'the app pings'() {
      const socket = await open();
      const [ping] = await (socket.send('ping me'), once(socket, 'ping'));
      assert.equal(ping.toString(), 'from the app');
      assert.equal((await once(socket, 'message'))[0].toString(), 'pong from the app');
      await close(socket);
    },
    async 'a pong that nobody asked for'() {
      const socket = await open();
      socket.pong('');
      await echo(socket, text);
      await close(socket);
    },
    async 'a ping of 126 octets'() { await violates(1002, frame(0x89, randomBytes(126))); },
  },
  '3 reserved bits': {
    async 'each of them'() { for (const bit of [0x40, 0x20, 0x10]) await violates(1002, frame(0x81 | bit, text)); },
    async 'a frame without a mask'() { await violates(1002, frame(0x81, text, false)); },
  },
  '4 opcodes': {
    async 'each that is reserved'() { for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) await violates(1002, frame(0x80 | opcode)); },
  },
  '5 fragments': {
    async 'a message in fragments with a ping between them'() {
      const connection = await raw();
      connection.send(Buffer.concat([frame(0x01, 'one '), frame(0x89, 'ping'), frame(0x00, 'two '), frame(0x80, 'three')]));
      const expected = Buffer.concat([frame(0x8a, 'ping', false), frame(0x81, 'one two three', false)]);
      assert.deepEqual(await connection.take(expected.length), expected);
      connection.end();
    },
    async 'a ping in fragments'() { await violates(1002, frame(0x09, 'a'), frame(0x80, 'b')); },
    async 'a continuation of nothing'() { await violates(1002, frame(0x80, text)); },
    async 'a new message inside another'() { await violates(1002, frame(0x01, 'a'), frame(0x81, 'b')); },
    async 'ten thousand of them'() {
      const socket = await open();
      for (let i = 0; i < 10_000; i++) socket.send('x', { fin: i === 9_999 });
      assert.equal((await once(socket, 'message'))[0].length, 10_000);
      await close(socket);
    },
  },
  '6 UTF-8': {
    async 'each plane'() {
      const socket = await open();
      for (const valid of [text, 'κόσμε', '\u0000', '\ud7ff', '\ue000', '\ufffd', '\u{10000}', '\u{10ffff}']) await echo(socket, valid);
      await close(socket);
    },
    async 'a character split over two fragments'() {
      const connection = await raw();
      connection.send(Buffer.concat([frame(0x01, [0xce]), frame(0x80, [0xba])]));
      assert.deepEqual(await connection.take(4), frame(0x81, 'κ', false));
      connection.end();
    },
    async 'what is none'() {
      for (const invalid of [[0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0xaf], [0x80], [0xff], [0xce]]) await violates(1007, frame(0x81, invalid));
    },
  },
  '7 closing': {
    async 'each code and its reason, from the app'() {
      for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]) {
        const socket = await open();
        const [seen, reason] = await (socket.send(`close ${code} because-${code}`), once(socket, 'close'));
        assert.equal(seen, code);
        assert.equal(reason.toString(), `because-${code}`);
      }
    },
    async 'each code and its reason, from the client, which the app sends back'() {
      for (const code of [1000, 1001, 3000, 4999]) {
        const connection = await raw();
        const payload = Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from('x'.repeat(123))]);
        connection.send(frame(0x88, payload));
        assert.deepEqual(await connection.take(payload.length + 2), frame(0x88, payload, false));
        connection.end();
      }
    },
    async 'without a code'() {
      const socket = await open();
      const closed = once(socket, 'close');
      socket.close();
      assert.equal((await closed)[0], 1005);
    },
    async 'with codes that may not be sent'() {
      for (const code of [0, 999, 1004, 1005, 1006, 1016, 2999, 5000]) await violates(1002, frame(0x88, [code >> 8, code & 255]));
    },
    async 'with half a code'() { await violates(1002, frame(0x88, [3])); },
    async 'with a reason that is not UTF-8'() { await violates(1007, frame(0x88, [3, 232, 0xce])); },
  },
  '9 sizes': {
    async 'up to 16 MB'() {
      const socket = await open();
      for (const size of [1 << 18, 1 << 20, 1 << 22, 1 << 24]) {
        await echo(socket, randomBytes(size));
        await echo(socket, 'x'.repeat(size));
      }
      await close(socket);
    },
    async 'a thousand in a row'() {
      const socket = await open();
      let back = 0;
      const all = new Promise(done => socket.on('message', data => { assert.equal(data.readUInt32BE(), back++); back === 1000 && done(); }));
      for (let i = 0; i < 1000; i++) {
        const data = randomBytes(1000);
        data.writeUInt32BE(i);
        socket.send(data);
      }
      await all;
      await close(socket);
    },
  },
  '12 compression': {
    async 'is between client and app'() {
      const socket = await open([], { perMessageDeflate: { threshold: 0 } });
      assert.match(socket.extensions, /permessage-deflate/);
      for (const size of [0, 16, 1000, 65536, 1 << 20]) {
        await echo(socket, 'compress me '.repeat(size / 12));
        await echo(socket, randomBytes(size));
      }
      await close(socket);
    },
    async 'without context takeover'() {
      const socket = await open([], { perMessageDeflate: { threshold: 0, clientNoContextTakeover: true, serverNoContextTakeover: true } });
      for (let i = 0; i < 100; i++) await echo(socket, text.repeat(i));
      await close(socket);
    },
    async 'is not there when nobody asked'() {
      const socket = await open();
      assert.equal(socket.extensions, '');
      await close(socket);
    },
  },
  'handshake': {
    async 'the app chooses the sub-protocol'() {
      const socket = await open(['first', 'second', 'third']);
      assert.equal(socket.protocol, 'second');
      await echo(socket, text);
      await close(socket);
    },
    async 'the app knows none of the sub-protocols'() {
      await assert.rejects(open(['unknown']), /no subprotocol/i);
    },
  },
};

for (const [name, run] of Object.entries(chapters[chapter])) {
  await run();
  process.stdout.write(`ok ${name}\n`);
}
process.exit();
