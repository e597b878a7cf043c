import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../tests/harness/chromium.ts';
import { at, table } from './table.ts';

const LOADS = 7;

/** The least a page can be: a field to write in. */
const BARE = '<!doctype html><title>bare</title><textarea id="message"></textarea>';

interface Load {
  /** Until one can write. */
  readonly ms: number;
  readonly bytes: number;
  readonly requests: number;
}

/** Opens an address in a fresh profile, with nothing in its cache, until the place to write is there. */
async function load(browser: Browser, url: string): Promise<Load> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  let requests = 0;
  session.on('Network.loadingFinished', (event) => {
    bytes += event.encodedDataLength;
    requests++;
  });
  const start = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('#message').waitFor();
  const ms = performance.now() - start;
  await page.waitForLoadState();
  await context.close();
  return { ms, bytes, requests };
}

async function loads(browser: Browser, url: string): Promise<Load[]> {
  const all: Load[] = [];
  for (let i = 0; i <= LOADS; i++) all.push(await load(browser, url));
  // The first one warms the browser up.
  return all.slice(1);
}

/** The page in a real browser, beside a page that has nothing but a field. */
export async function benchPage(port: number): Promise<void> {
  const bare = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(BARE);
  });
  bare.listen(0, '127.0.0.1');
  await once(bare, 'listening');
  const browser = await launchChromium();
  try {
    const floor = await loads(browser, `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`);
    const ours = await loads(browser, `http://127.0.0.1:${port}/`);
    const median = (of: readonly Load[]) =>
      at(
        of.map((l) => l.ms),
        0.5,
      );
    const [last] = ours.slice(-1);
    table('web: the page in Chromium, nothing cached', [
      ['a bare page, until one can write', `p50 ${median(floor).toFixed(0)} ms`, 'floor'],
      ['our page, until one can write', `p50 ${median(ours).toFixed(0)} ms`, ''],
      [
        'its weight on the wire',
        `${((last?.bytes ?? 0) / 1024).toFixed(1)} KB, ${last?.requests} requests`,
        'limit 150 KB',
      ],
    ]);
  } finally {
    await browser.close();
    bare.close();
  }
}
