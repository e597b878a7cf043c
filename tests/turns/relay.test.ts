import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../gateway/assembly/systemClock.ts';
import type { Progress } from '../../gateway/core/progress.ts';
import { ProgressBus } from '../../gateway/delivery/progressBus.ts';
import { feed } from '../../gateway/turns/relay/feed.ts';
import { Follower } from '../../gateway/turns/relay/follower.ts';
import { Heard } from '../../gateway/turns/relay/heard.ts';
import { connectToPeer, listenToPeers } from '../../gateway/turns/relay/peerSocket.ts';
import { eventually } from '../harness/eventually.ts';

const LOCAL = { host: '127.0.0.1', port: 0, advertise: { host: '127.0.0.1', port: 0 } };
const text = (delta: string): Progress => ({ type: 'text', lane: 'lane', turn: 't1', delta });
const newBus = () =>
  new ProgressBus((error) => {
    throw error;
  });

/** An instance that runs one turn, and is offered at a port. */
async function runner() {
  const bus = newBus();
  const said = { text: '' };
  const active = {
    turn: { lane: 'lane', turn: 't1', session: 's', attempt: 1, messages: [{ id: 'm1' }] },
    agent: { name: 'demo' },
    question: undefined,
    get text() {
      return said.text;
    },
  };
  const running = [active];
  const sockets: Socket[] = [];
  const refused: string[] = [];
  const { peer, close } = await listenToPeers(
    LOCAL,
    (socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      feed(socket, { bus, clock: systemClock, turns: { all: () => running as never } });
    },
    (_, error) => refused.push(error.message),
  );
  onTestFinished(close);
  const say = (delta: string) => {
    said.text += delta;
    bus.emit(text(delta));
  };
  return { bus, peer, sockets, refused, running, say };
}

/** Another one that hears it. */
function listener(connectTo: () => Socket) {
  const bus = newBus();
  const seen: Progress[] = [];
  bus.subscribe((progress) => seen.push(progress), 'elsewhere');
  const heard = new Heard(bus);
  const with_ = { heard, clock: systemClock, random: () => 0 };
  const follower = new Follower('i2', connectTo, 'fleet', with_);
  onTestFinished(() => follower.close());
  const texts = () => seen.flatMap((p) => (p.type === 'text' ? [p.delta] : [])).join('');
  return { bus, seen, texts, follower };
}

/** A wire between the two, which can be cut and keeps what passed. */
async function wire(address: string) {
  const passed: Buffer[] = [];
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(address.split(':')[1]), '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('data', (chunk) => {
        passed.push(chunk);
        to.write(chunk);
      });
      from.on('error', () => {});
      from.once('close', () => to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  return {
    address: `127.0.0.1:${port}`,
    passed: () => Buffer.concat(passed),
    cut: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

describe('R33 what instances hear of each other', () => {
  it('passes each word on once, however often the connection breaks', async () => {
    const { peer, say, sockets } = await runner();
    const between = await wire(peer.address);
    const { texts, seen } = listener(() => connectToPeer({ ...peer, address: between.address }));
    let all = '';
    for (let n = 1; n <= 4; n++) {
      await eventually('it is connected', () => sockets.length === n);
      for (const word of [`a${n} `, `b${n} `]) {
        say(word);
        all += word;
      }
      if (n % 2 === 1) await eventually('it is heard', () => texts() === all);
      between.cut();
      say(`c${n} `);
      all += `c${n} `;
    }
    await eventually('all is heard', () => texts() === all);
    expect(seen.filter((p) => p.type === 'started')).toHaveLength(1);
  });

  it('shows nothing on the wire, neither words nor the key', async () => {
    const { peer, say } = await runner();
    const between = await wire(peer.address);
    const { texts } = listener(() => connectToPeer({ ...peer, address: between.address }));
    say('a word of confidence');
    await eventually('it is heard', () => texts() === 'a word of confidence');
    const passed = between.passed();
    expect(passed.length).toBeGreaterThan(200);
    expect(passed.includes('confidence')).toBe(false);
    expect(passed.includes(peer.key)).toBe(false);
    expect(passed.includes(Buffer.from(peer.key, 'base64url'))).toBe(false);
  });

  it('refuses whoever has another key, on both sides', async () => {
    const { peer, sockets, refused } = await runner();
    const other = await runner();
    const { follower, seen } = listener(() =>
      connectToPeer({ address: peer.address, key: other.peer.key }),
    );
    await eventually('it is refused', () => refused.length > 0);
    await eventually('it is told why', () => /refused the key/.test(follower.hearing.reason ?? ''));
    expect(sockets).toEqual([]);
    expect(seen).toEqual([]);
  });

  it('ends a turn that was over before the connection came back, and all of one who is gone', async () => {
    const { peer, say, running, sockets } = await runner();
    const between = await wire(peer.address);
    const { texts, seen, follower } = listener(() =>
      connectToPeer({ ...peer, address: between.address }),
    );
    say('half');
    await eventually('it is heard', () => texts() === 'half');
    const [turn] = running.splice(0);
    between.cut();
    const ended = { type: 'ended', lane: 'lane', turn: 't1', end: 'suspended' };
    await eventually('its end is told', () => seen.at(-1)?.type === 'ended');
    expect(seen.at(-1)).toEqual(ended);
    running.push(turn as never);
    between.cut();
    await eventually('it runs again', () => sockets.length === 3 && seen.at(-1)?.type === 'text');
    follower.end();
    expect(seen.at(-1)).toEqual(ended);
  });

  it('lets a reader go who does not read', async () => {
    const { peer, say, sockets } = await runner();
    const socket = connectToPeer(peer);
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    await eventually('it is connected', () => sockets.length === 1);
    socket.pause();
    const [served] = sockets as [Socket];
    let most = 0;
    await eventually('it is let go', () => {
      say('x'.repeat(1 << 20));
      most = Math.max(most, served.writableLength);
      return served.destroyed;
    });
    expect(most).toBeLessThan(12 << 20);
  });
});
