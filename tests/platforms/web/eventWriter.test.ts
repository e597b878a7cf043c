import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { EventWriter } from '../../../gateway/platforms/web/http/eventWriter.ts';
import { TextLog } from '../../../gateway/platforms/web/textLog.ts';
import { eventually } from '../../harness/eventually.ts';

/** A connection whose reader takes pieces only when it is told to. */
class SlowOut extends EventEmitter {
  readonly written: string[] = [];
  takes = false;
  destroyed = false;
  writableFinished = false;
  writeHead() {}
  flushHeaders() {}
  write(piece: string): boolean {
    this.written.push(piece);
    return this.takes;
  }
  end(last: string) {
    this.written.push(last);
  }
  destroy() {
    this.destroyed = true;
    this.emit('close');
  }
}

function write(
  out: SlowOut,
  next: () => string | undefined,
  limits = { keepAliveMs: 60_000, stallMs: 60_000 },
) {
  const writer = new EventWriter(out as unknown as ServerResponse, limits, next);
  writer.start();
  return writer;
}

describe('a stream to a slow reader', () => {
  it('asks for the next piece only when the last one was taken', () => {
    const out = new SlowOut();
    let asked = 0;
    const writer = write(out, () => `piece ${++asked}`);
    writer.pump();
    writer.pump();
    expect([asked, out.written.length]).toEqual([1, 1]);
    out.emit('drain');
    expect([asked, out.written.length]).toEqual([2, 2]);
    out.emit('close');
  });

  it('is ended when nothing is taken for too long', async () => {
    const out = new SlowOut();
    write(out, () => 'x', { keepAliveMs: 60_000, stallMs: 20 });
    await eventually('destroyed', () => out.destroyed);
  });

  it('is ended when its last words are not taken', async () => {
    const out = new SlowOut();
    const writer = write(out, () => undefined, { keepAliveMs: 60_000, stallMs: 20 });
    writer.end('last');
    expect(writer.open).toBe(false);
    await eventually('destroyed', () => out.destroyed);
  });

  it('sends no comment into a full socket', async () => {
    const out = new SlowOut();
    write(out, () => 'x', { keepAliveMs: 5, stallMs: 100 });
    await eventually('destroyed', () => out.destroyed);
    expect(out.written).toEqual(['x']);
  });
});

describe('a growing text', () => {
  it('gives back what went in, from any place', () => {
    const log = new TextLog();
    let all = '';
    for (let i = 0; i < 3000; i++) {
      const piece = `${i},`;
      log.append(piece);
      all += piece;
    }
    expect(log.toString()).toBe(all);
    expect(log.length).toBe(all.length);
    for (const from of [0, 1, 4095, 4096, 4097, 9000, all.length - 1]) {
      expect(all.slice(from).startsWith(log.read(from, 100))).toBe(true);
      expect(log.read(from, 100).length).toBeGreaterThan(0);
      expect(log.from(from)).toBe(all.slice(from));
    }
    expect(log.read(all.length, 10)).toBe('');
  });
});
