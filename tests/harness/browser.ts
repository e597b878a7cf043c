import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, expect, onTestFinished } from 'vitest';
import { launchChromium } from './chromium.ts';
import { demand } from './needs.ts';

let browser: Promise<Browser> | undefined;

/** One headless Chromium for the tests of a file. */
function shared(): Promise<Browser> {
  demand('browser', expect.getState().testPath ?? '');
  browser ??= launchChromium();
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
