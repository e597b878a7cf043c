import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser, openPage } from '../harness/browser.ts';
import type { FakeTurn } from '../platforms/web/fakeHost.ts';
import { type Served, serve } from '../platforms/web/serve.ts';

export interface Opened extends Served {
  readonly context: BrowserContext;
  readonly page: Page & { readonly problems: string[] };
}

/** The page in a real browser, before a scripted gateway. */
export async function openConsole(
  options: BrowserContextOptions = {},
  served?: Served,
): Promise<Opened> {
  const gateway = served ?? (await serve());
  const context = await openBrowser(options);
  const page = await openPage(context, `${gateway.base}/`);
  await page.getByLabel('Message', { exact: true }).waitFor();
  return { ...gateway, context, page };
}

/** Types into the page and sends with Enter. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
}

/** An agent that says what the test says, when the test says it. */
export class Puppet {
  turn: FakeTurn | undefined;
  #finish: () => void = () => {};
  readonly agent = (turn: FakeTurn): Promise<void> => {
    this.turn = turn;
    return new Promise((done) => {
      this.#finish = done;
    });
  };

  finish(): void {
    this.turn = undefined;
    this.#finish();
  }
}
