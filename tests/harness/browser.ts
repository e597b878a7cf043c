import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Nothing but what the test serves is asked for. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @throws Error when there is no Chromium on the PATH. */
export function chromiumPath(): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  throw new Error(`None of ${NAMES.join(', ')} is on the PATH: these tests need one of them.`);
}

let browser: Promise<Browser> | undefined;

/** One headless Chromium for the tests of a file. */
function shared(): Promise<Browser> {
  browser ??= chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: FLAGS,
    timeout: 30_000,
  });
  return browser;
}
afterAll(async () => (await browser)?.close());

/** A person with a browser of their own: nothing is shared with other contexts. Ended with the test. */
export async function openBrowser(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await (await shared()).newContext({
    viewport: { width: 1180, height: 780 },
    ...options,
  });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(15_000);
  return context;
}

/** A page at an address; what it reports as errors is collected. */
export async function openPage(
  context: BrowserContext,
  url: string,
): Promise<Page & { readonly problems: string[] }> {
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (line) => {
    if (line.type() === 'error') problems.push(line.text());
  });
  await page.goto(url);
  return Object.assign(page, { problems });
}
