// A program that plays an agent for one turn: argv names how it behaves. Run as a real process.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

const [how = 'echo', ...args] = process.argv.slice(2);
const print = (line: object | string) =>
  process.stdout.write(typeof line === 'string' ? line : `${JSON.stringify(line)}\n`);
const forever = () => setInterval(() => {}, 60_000);

/** A process that the program leaves behind; its pid is printed for the test. */
function leaveChild(): void {
  const child = spawn(process.execPath, ['-e', 'setInterval(()=>{},1000)'], { stdio: 'ignore' });
  print(`child ${child.pid} `);
}

switch (how) {
  case 'echo':
    print(`you said: ${await text(process.stdin)}`);
    break;
  case 'slow-echo': {
    const said = await text(process.stdin);
    setTimeout(() => print(`you said: ${said}`), 100 + Math.random() * 400);
    break;
  }
  case 'env':
    print(JSON.stringify(process.env));
    break;
  case 'input':
    print({ type: 'result', text: await text(process.stdin) });
    break;
  case 'events':
    print({ type: 'thought', delta: 'hm' });
    print({ type: 'text', delta: 'one ' });
    print({ type: 'step', id: 'a', name: 'look', args: { at: 1 }, state: 'started' });
    print({ type: 'step', id: 'a', name: 'look', state: 'done', summary: 'seen' });
    print({ type: 'text', delta: 'two' });
    print({ type: 'result', usage: { inputTokens: 3, outputTokens: 2 } });
    break;
  case 'result-error':
    print({ type: 'text', delta: 'so far ' });
    print({ type: 'result', error: 'ran out of luck' });
    break;
  case 'garbage':
    print({ type: 'text', delta: 'before ' });
    process.stdout.write(Buffer.from([0xff, 0xfe, 0x00, 0x07, 0x0a]));
    forever();
    break;
  case 'partial-then-hang':
    print('so far');
    forever();
    break;
  case 'partial-then-crash':
    print('so far');
    console.error('it burns');
    process.exitCode = 3;
    break;
  case 'killed':
    print('so far');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20);
    forever();
    break;
  case 'stubborn':
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => {});
    leaveChild();
    forever();
    break;
  case 'leaves-child':
    leaveChild();
    // Its own pipes stay open in nobody: the child ignores them.
    break;
  case 'flood': {
    const block = 'x'.repeat(65_536);
    const more = () => {
      while (process.stdout.write(block));
    };
    process.stdout.on('drain', more);
    more();
    break;
  }
  case 'long':
    print(Array.from({ length: Number(args[0]) }, (_, n) => `word${n}`).join(' '));
    break;
  case 'exit':
    process.exitCode = Number(args[0] ?? 1);
    break;
  case 'silent':
    break;
}
