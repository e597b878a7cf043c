import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandHook } from '../../gateway/hooks/commandHook.ts';
import { type HookEvent, Hooks } from '../../gateway/hooks/hooks.ts';
import { processEntry } from '../../gateway/supervisor/processTable.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';

const payload = (event: HookEvent) => ({ event, at: 1, lane: 'l' });

function hooksWith(script: string, timeout = 10_000) {
  const dir = tempDir();
  const program = join(dir, 'hook.mjs');
  writeFileSync(program, script);
  const failures: string[] = [];
  const env = { OUT: join(dir, 'out'), PATH: process.env.PATH ?? '' };
  const hook = commandHook({
    event: 'turn:end',
    command: [process.execPath, program],
    timeout,
    env,
  });
  const hooks = new Hooks([hook], (_hook, _event, error) =>
    failures.push((error as Error).message),
  );
  return { hooks, failures, out: env.OUT };
}

it('runs a command with the event as JSON on its standard input, and only for its event', async () => {
  const { hooks, failures, out } = hooksWith(
    `import { appendFileSync } from 'node:fs'; process.stdin.on('data', (d) => appendFileSync(process.env.OUT, d));`,
  );
  hooks.fire(payload('turn:start'));
  hooks.fire(payload('turn:end'));
  await hooks.settled();
  expect(readFileSync(out, 'utf8')).toBe('{"event":"turn:end","at":1,"lane":"l"}\n');
  expect(failures).toEqual([]);
});

it('tells of a hook that fails, with what it said, and goes on', async () => {
  const { hooks, failures } = hooksWith(`console.error('no disk'); process.exit(3);`);
  hooks.fire(payload('turn:end'));
  await hooks.settled();
  expect(failures).toEqual(['it exited with 3: no disk']);
});

it('ends a hook that hangs', async () => {
  const { hooks, failures } = hooksWith('setInterval(() => {}, 1000);', 200);
  hooks.fire(payload('turn:end'));
  await hooks.settled();
  expect(failures[0]).toContain('longer than 0.2 s');
});

it('gives a hook no more of the environment than it is handed, and the turn that it is told of', async () => {
  const { hooks, out } = hooksWith(
    `import { writeFileSync } from 'node:fs'; writeFileSync(process.env.OUT, Object.keys(process.env).filter((k) => !k.startsWith('__')).sort().join());`,
  );
  process.env.SLUICE_TEST_SECRET = 'x';
  hooks.fire({ ...payload('turn:end'), turn: 't-1' });
  await hooks.settled();
  delete process.env.SLUICE_TEST_SECRET;
  expect(readFileSync(out, 'utf8')).toBe('OUT,PATH,SLUICE_TURN');
});

it('R25 ends what a hook leaves behind, and does not wait for it', async () => {
  const { hooks, failures, out } = hooksWith(
    `import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
     const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
     writeFileSync(process.env.OUT, String(left.pid)); process.exit(0);`,
  );
  hooks.fire(payload('turn:end'));
  await hooks.settled();
  expect(failures).toEqual([]);
  const pid = Number(readFileSync(out, 'utf8'));
  await eventually('it is gone', () => processEntry(pid) === undefined);
});

it('ends a hook that the gateway cannot wait for any longer', async () => {
  const { hooks, failures } = hooksWith('setInterval(() => {}, 1000);');
  hooks.fire(payload('turn:end'));
  await new Promise((done) => setImmediate(done));
  hooks.end();
  await hooks.settled();
  expect(failures).toEqual(['the gateway ended first']);
});
