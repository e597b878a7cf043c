import type { Browser } from 'playwright-core';
import { CHROMIUM, program } from './needs.ts';

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

/** A headless Chromium; whoever starts it closes it. @throws Error when there is none on the PATH. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined)
    throw new Error(`None of ${CHROMIUM.join(', ')} is on the PATH: this needs one of them.`);
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath,
    headless: true,
    args: FLAGS,
    timeout: 30_000,
  });
}

/** Where the PATH has a Chromium, or undefined. */
export function chromiumPath(): string | undefined {
  return CHROMIUM.map(program).find((file) => file !== undefined);
}
