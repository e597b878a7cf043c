import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createDemoAgent } from '../../gateway/agents/demo/demoAgent.ts';
import { ProcessOptions } from '../../gateway/agents/process/options.ts';
import { createProcessAgent } from '../../gateway/agents/process/processAgent.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { hastyClock, systemClock } from './clock.ts';
import { agentContract, type Subject, within } from './contract.ts';
import { agentDeps, Recorder, turnInput } from './recorder.ts';

const PROGRAM = new URL('../fakes/agents/program.ts', import.meta.url).pathname;

function program(
  how: readonly string[],
  more: object = {},
  deps = agentDeps(tempDir()),
): Subject & { deps: ReturnType<typeof agentDeps> } {
  const command = [process.execPath, PROGRAM, ...how];
  const options = ProcessOptions.parse({ type: 'process', command, ...more });
  return { agent: createProcessAgent(options, deps), text: 'hello', deps };
}

const hasty = () => agentDeps(tempDir(), { clock: hastyClock });

agentContract('process', {
  answers: () => program(['echo']),
  'takes-a-step': () => program(['events'], { mode: 'json-lines' }),
  'says-something-then-hangs': () => program(['partial-then-hang']),
  'ignores-the-interrupt': () => program(['stubborn'], {}, hasty()),
  'crashes-in-mid-turn': () => program(['partial-then-crash']),
  'prints-garbage': () => program(['garbage'], { mode: 'json-lines' }),
  floods: () => program(['flood']),
  'says-a-lot': () => program(['long', '20000']),
  pours: () => program(['flood'], { max_output: 200_000_000 }),
  'says-nothing': () => program(['silent']),
  'exits-at-start': () => program(['exit', '7']),
  'is-missing': () => program([], { command: ['no-such-program-anywhere'] }),
  resumes: () => program(['input'], { mode: 'json-lines', input: 'json' }),
});

agentContract('demo', {
  answers: () => ({ agent: createDemoAgent({ clock: systemClock }), text: '/say hello' }),
  'takes-a-step': () => ({ agent: createDemoAgent({ clock: systemClock }), text: '/busy 1' }),
  'says-something-then-hangs': () => ({
    agent: createDemoAgent({ clock: systemClock }),
    text: '/busy 100',
  }),
  'ignores-the-interrupt': () => ({
    agent: createDemoAgent({ clock: systemClock }),
    text: '/stubborn 1',
  }),
  'crashes-in-mid-turn': () => ({
    agent: createDemoAgent({ clock: systemClock }),
    text: '/fail',
  }),
  'says-a-lot': () => ({ agent: createDemoAgent({ clock: systemClock }), text: '/long 20000' }),
  pours: () => ({ agent: createDemoAgent({ clock: systemClock }), text: '/long 20000000' }),
  'says-nothing': () => ({ agent: createDemoAgent({ clock: systemClock }), text: '/say ' }),
  resumes: () => ({ agent: createDemoAgent({ clock: systemClock }), text: '/say on' }),
});

const alive = (pid: number) => {
  // A zombie nobody has reaped yet does not run.
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
};

async function run({ agent, text }: Subject, signal = new AbortController().signal) {
  const sink = new Recorder();
  const result = await within(agent.start(turnInput(text), sink, signal).result);
  return { result, sink };
}

describe('the process agent', () => {
  it('gives the message on standard input and takes the reply from standard output', async () => {
    const { result } = await run(program(['echo']));
    expect(result).toEqual({ end: 'answered', text: 'you said: hello' });
  });

  it('passes arguments as they are, with no shell in between', async () => {
    const hostile = '$(touch /tmp/x); "\'`';
    const subject = program([], { command: [process.execPath, '-p', 'process.argv[1]', hostile] });
    expect((await run(subject)).result.text).toBe(`${hostile}\n`);
  });

  it('gives the program no variable of the gateway but where it is, and no secret', async () => {
    const deps = agentDeps(tempDir(), {
      env: {
        ...process.env,
        SLUICE_HOME: '/h',
        NOTIFY_SOCKET: '/n',
        SLACK_TOKEN: 'geheim',
        WANTED: 'yes',
      },
    });
    const { result } = await run(program(['env'], { env: ['WANTED'] }, deps));
    const env = JSON.parse(result.text);
    expect(env).toMatchObject({ WANTED: 'yes', PATH: process.env.PATH });
    expect(Object.keys(env).filter((k) => /^(SLUICE_|NOTIFY|SLACK)/.test(k))).toEqual([
      'SLUICE_HOME',
      'SLUICE_TURN',
    ]);
    expect(() => program(['env'], { env: ['SLUICE_HOME'] }, deps)).toThrow(
      /belongs to the gateway/,
    );
  });

  it('shows thoughts, steps and text as JSON lines tell of them, and records usage', async () => {
    const { result, sink } = await run(program(['events'], { mode: 'json-lines' }));
    expect(sink.thoughts).toEqual(['hm']);
    // Text and steps run on two tracks; each keeps its order.
    expect(sink.order.filter((o) => o !== 'text')).toEqual(['step:a', 'end:a:done']);
    expect(sink.started[0]).toEqual({ id: 'a', name: 'look', args: { at: 1 } });
    expect(result).toEqual({
      end: 'answered',
      text: 'one two',
      usage: { inputTokens: 3, outputTokens: 2 },
    });
  });

  it('tells the exit code and the error that the program reports', async () => {
    const code = await run(program(['partial-then-crash']));
    expect(code.result).toMatchObject({ text: 'so far', error: expect.stringContaining('code 3') });
    const said = await run(program(['result-error'], { mode: 'json-lines' }));
    expect(said.result).toMatchObject({
      end: 'failed',
      text: 'so far ',
      error: expect.stringContaining('ran out of luck'),
    });
    const killed = await run(program(['killed']));
    expect(killed.result).toMatchObject({ error: expect.stringContaining('SIGKILL') });
  });

  it('writes standard error to the log', async () => {
    const subject = program(['partial-then-crash']);
    await run(subject);
    expect(subject.deps.logged.join('\n')).toContain('it burns');
  });

  it('keeps the output up to its limit and says that the limit was reached', async () => {
    const { result } = await run(program(['flood'], { max_output: 100_000 }));
    expect(result.text).toHaveLength(100_000);
    expect(result).toMatchObject({ error: expect.stringContaining('max_output') });
  });

  it('shows the beginning of a line that is no event', async () => {
    const { result } = await run(program(['echo'], { mode: 'json-lines' }));
    expect(result).toMatchObject({ error: expect.stringContaining('you said: hello') });
  });

  it('ends a program that runs past its timeout', async () => {
    const { result } = await run(program(['partial-then-hang'], { timeout: 1 }));
    expect(result).toMatchObject({ end: 'failed', text: 'so far' });
  });

  it('R25 registers its process group and takes it back when it is over', async () => {
    const groups = new Set<number>();
    const seen: number[] = [];
    const deps = agentDeps(tempDir(), {
      registerChild: ({ pid }) => {
        groups.add(pid);
        seen.push(pid);
        return () => groups.delete(pid);
      },
    });
    await run(program(['echo'], {}, deps));
    expect(seen).toHaveLength(1);
    expect(groups.size).toBe(0);
  });

  it.each(['stubborn', 'leaves-child'])(
    'R25 leaves no process of the group behind (%s)',
    async (how) => {
      const subject = program([how], {}, hasty());
      const sink = new Recorder();
      const abort = new AbortController();
      const { result } = subject.agent.start(turnInput('x'), sink, abort.signal);
      const pid = Number(
        (await eventually('a child', () => /child (\d+) /.exec(sink.said) ?? undefined))[1],
      );
      abort.abort();
      await within(result);
      await eventually(`process ${pid} is gone`, () => !alive(pid));
    },
  );

  it('is told where the files of a message lie', async () => {
    const deps = { ...agentDeps(tempDir()), pathOf: () => '/kept/cat.jpg' };
    const { agent } = program(['input'], { mode: 'json-lines', input: 'json' }, deps);
    expect(agent.capabilities.files).toBe(true);
    const given = turnInput('look', { attachments: [{ kind: 'photo', ref: 'sha256:ab' }] });
    const run = agent.start(given, new Recorder(), new AbortController().signal);
    const { text } = await within(run.result);
    expect(JSON.parse(text).attachments).toEqual([
      { kind: 'photo', ref: 'sha256:ab', path: '/kept/cat.jpg' },
    ]);
  });
});
