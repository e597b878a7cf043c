import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { tempDir } from '../harness/temp.ts';
import type { Repo } from './support.ts';

export const ROOT = join(import.meta.dirname, '../..');

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}
interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

/** What a step of a job did. */
export interface StepRan {
  readonly name: string;
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
}

/**
 * Runs the steps of action.yml as a runner does: its expressions put in, each script by its shell, in the
 * repository's folder, with nothing else of this machine than its PATH, which has our Node first as after
 * `setup-node`. It ends with the first step that fails.
 */
export function runAction(
  repo: Repo,
  {
    actionPath = ROOT,
    inputs = {},
    env = {},
  }: {
    actionPath?: string;
    inputs?: Record<string, string>;
    env?: Record<string, string>;
  } = {},
): { steps: StepRan[]; output: string; summary: string } {
  const action = parse(readFileSync(join(actionPath, 'action.yml'), 'utf8')) as Action;
  const files = tempDir();
  const [output, summary] = [join(files, 'output'), join(files, 'summary')];
  const put = (text: string): string =>
    text.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_all, name: string) => {
      if (name === 'github.action_path') return actionPath;
      if (name === 'github.token') return '';
      const input = name.replace(/^inputs\./, '');
      return inputs[input] ?? put(action.inputs[input]!.default);
    });
  const steps: StepRan[] = [];
  for (const step of action.runs.steps) {
    if (step.run === undefined) continue;
    const mine = Object.entries(step.env ?? {}).map(([key, value]) => [key, put(value)] as const);
    const began = performance.now();
    const ran = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', put(step.run)],
      {
        cwd: repo.dir,
        env: {
          HOME: join(files, 'home'),
          PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
          // As every runner has it; without it npm tells of its new versions, once for each cache.
          CI: 'true',
          GITHUB_WORKSPACE: repo.dir,
          GITHUB_REPOSITORY: 'acme/app',
          GITHUB_API_URL: 'http://127.0.0.1:9',
          GITHUB_OUTPUT: output,
          GITHUB_STEP_SUMMARY: summary,
          ...env,
          ...Object.fromEntries(mine),
        },
        timeout: 240_000,
      },
    );
    const seconds = (performance.now() - began) / 1000;
    const [out, err] = [String(ran.stdout), String(ran.stderr)];
    steps.push({ name: step.name ?? '', code: ran.status, out, err, seconds });
    if (ran.status !== 0) break;
  }
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return ''; // A step that failed before has written none.
    }
  };
  return { steps, output: read(output), summary: read(summary) };
}
