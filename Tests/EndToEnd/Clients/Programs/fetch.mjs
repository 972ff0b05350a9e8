// Node's own fetch on EchoApp: node fetch.mjs <url> <set>. Every case prints its name; the first that fails ends it with an error.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import dns from 'node:dns';

// Not every resolver knows that names below localhost mean this machine.
dns.lookup = (name, options, done) => {
  const callback = done ?? options;
  return options?.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);
};

const base = new URL(process.argv[2]);
const at = path => new URL(path, base);

const usual = {
  async 'each method and its body'() {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await fetch(at('/echo'), { method, body: JSON.stringify({ method }), headers: { 'X-Sent': 'yes', 'Content-Type': 'application/json' } });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('x-method'), method);
      assert.equal(answer.headers.get('x-seen'), 'yes');
      assert.deepEqual(await answer.json(), { method });
    }
  },
  async 'a form with a file'() {
    const content = new Uint8Array(2_000_000).map((_, i) => i % 251);
    const form = new FormData();
    form.set('text', 'Grüße');
    form.set('file', new Blob([content]), 'a b.bin');
    const answer = await (await fetch(at('/form'), { method: 'POST', body: form })).json();
    assert.deepEqual(answer, { text: 'Grüße', name: 'a b.bin', digest: createHash('sha256').update(content).digest('hex') });
  },
  async 'a compressed answer'() {
    const answer = await fetch(at('/gzip'));
    assert.equal(answer.headers.get('content-encoding'), 'gzip');
    assert.equal((await answer.arrayBuffer()).byteLength, 100_000);
  },
  async 'a head'() {
    const answer = await fetch(at('/bytes?count=12345'), { method: 'HEAD' });
    assert.equal(answer.headers.get('content-length'), '12345');
    assert.equal((await answer.arrayBuffer()).byteLength, 0);
  },
  async 'a redirect, followed and not'() {
    const followed = await fetch(at('/redirect?keep'), { method: 'POST', body: 'kept' });
    assert.equal(followed.redirected, true);
    assert.equal(followed.url, at('/echo').href);
    assert.equal(await followed.text(), 'kept');
    const not = await fetch(at('/redirect'), { redirect: 'manual' });
    assert.equal(not.status, 302);
    assert.equal(not.headers.get('location'), '/echo');
  },
  async 'a cookie'() {
    assert.deepEqual((await fetch(at('/cookie'))).headers.getSetCookie().map(cookie => cookie.split(';')[0]), ['visit=1']);
  },
  async 'a page that is not there'() {
    const answer = await fetch(at('/nowhere'));
    assert.equal(answer.status, 404);
    assert.equal(await answer.text(), 'no such page');
  },
  async 'a hundred at once'() {
    const sizes = await Promise.all(Array.from({ length: 100 }, async (_, i) => (await (await fetch(at(`/bytes?count=${i * 1000}`))).arrayBuffer()).byteLength));
    assert.deepEqual(sizes, sizes.map((_, i) => i * 1000));
  },
  async 'one that is aborted'() {
    const controller = new AbortController();
    const answer = await fetch(at('/hold'), { signal: controller.signal });
    const reader = answer.body.getReader();
    await reader.read();
    controller.abort();
    await assert.rejects(reader.read(), { name: 'AbortError' });
  },
};

const duplex = {
  async 'a body in both directions at once'() {
    let send;
    const lines = new ReadableStream({ start(controller) { send = controller; } });
    const pending = fetch(at('/lines'), { method: 'POST', body: lines.pipeThrough(new TextEncoderStream()), duplex: 'half' });
    send.enqueue('line 0\n');
    const answer = await pending;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    for (let i = 0; i < 10; i++) {
      while (!seen.includes(`seen line ${i}\n`)) {
        const { value, done } = await reader.read();
        assert(!done);
        seen += value;
      }
      send.enqueue(`line ${i + 1}\n`);
    }
    send.close();
    while (!(await reader.read()).done);
  },
};

for (const [name, run] of Object.entries({ usual, duplex }[process.argv[3]])) {
  await run();
  process.stdout.write(`ok ${name}\n`);
}
