import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: { readonly html: string }[];
}

/** Serious and critical findings of axe-core, in light colours and, for what colours change, in dark ones. */
export async function findings(page: Page): Promise<string[]> {
  const light = await axe(page, 'axe.run()');
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await axe(page, "axe.run({ runOnly: ['color-contrast'] })");
  await page.emulateMedia({ colorScheme: 'light' });
  return [...light, ...dark.map((finding) => `dark: ${finding}`)];
}

async function axe(page: Page, run: string): Promise<string[]> {
  // Not as an element: the page's content policy forbids that, as it should.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(readFileSync(AXE, 'utf8'));
  const all = (await page.evaluate(`${run}.then((r) => r.violations)`)) as Finding[];
  return all
    .filter((f) => f.impact === 'serious' || f.impact === 'critical')
    .map((f) => `${f.id}: ${f.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`);
}
