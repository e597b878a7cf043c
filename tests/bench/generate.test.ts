import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { generate, notesOf, SHAPES } from '../../bench/scripts/generate.ts';
import { Measure } from '../../bench/scripts/measure.ts';
import { readHistory } from '../../scripts/attribution/history.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-shape-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('a made-up history measures as the histories that it has its figures from, and its notes name hundreds', async () => {
  const made = await generate(dir, 6000, 1000);
  const measure = new Measure();
  let read = 0;
  for await (const commits of readHistory(dir, ['HEAD'])) {
    for (const commit of commits) {
      read += 1;
      measure.add(commit, read <= 600);
    }
  }
  const shape = measure.shape({ history: 'made up', until: '', brought: [] });
  const mean = (
    name: 'merges' | 'numbered' | 'conventional' | 'mayClaim' | 'claims' | 'coAuthored',
  ) => SHAPES.reduce((sum, each) => sum + each[name], 0) / SHAPES.length;
  const middle = (name: 'subject' | 'body') =>
    SHAPES.reduce((sum, each) => sum + each[name][15]!, 0) / SHAPES.length;

  expect(SHAPES.length).toBeGreaterThanOrEqual(6);
  for (const name of ['numbered', 'conventional', 'mayClaim', 'coAuthored'] as const) {
    expect(shape[name], name).toBeGreaterThan(mean(name) * 0.6);
    expect(shape[name], name).toBeLessThan(mean(name) * 1.6);
  }
  expect(shape.merges).toBeGreaterThan(mean('merges') * 0.5);
  expect(shape.merges).toBeLessThan(mean('merges') * 1.7);
  expect(shape.claims).toBeGreaterThan(0);
  for (const name of ['subject', 'body'] as const) {
    expect(shape[name][15]!, name).toBeGreaterThan(middle(name) * 0.5);
    expect(shape[name][15]!, name).toBeLessThan(middle(name) * 2);
  }
  expect(made.people.length).toBeGreaterThan(400);
  expect(notesOf(made).split('\n').length).toBeGreaterThan(800);
});
