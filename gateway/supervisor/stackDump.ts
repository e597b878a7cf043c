/**
 * A short-lived program: `stackDump PID` prints where a hung Node process is, one line per frame.
 *
 * SIGUSR1 makes Node open its inspector from a thread of its own, so it works while the event loop does
 * not; the port is found among the process's listening sockets. The pause interrupts JavaScript
 * that runs; a loop that is stuck in a system call does not answer, and the kernel's word is printed.
 * Linux only: elsewhere it prints nothing. Every wait ends with this process, which its parent bounds.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const pid = Number(process.argv[2]);
const before = new Set(listening());
process.stdout.write(`kernel: ${kernelState()}\n`);
process.kill(pid, 'SIGUSR1');
for (let i = 0; i < 100; i++) {
  await new Promise((done) => setTimeout(done, 20));
  for (const port of listening().filter((p) => !before.has(p))) await printStack(port);
}

function kernelState(): string {
  const state = /^State:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return `${state}, in ${readFileSync(`/proc/${pid}/wchan`, 'utf8').replace(/^0$/, '') || 'user code'}`;
}

function listening(): number[] {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    } catch {
      // Closed in this moment.
    }
  }
  return readFileSync(`/proc/${pid}/net/tcp`, 'latin1')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && inodes.has(fields[9] ?? ''))
    .map((fields) => Number.parseInt(fields[1]?.split(':')[1] ?? '', 16));
}

async function printStack(port: number): Promise<void> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
  socket.onopen = () => {
    socket.send('{"id":1,"method":"Debugger.enable"}');
    socket.send('{"id":2,"method":"Debugger.pause"}');
  };
  socket.onmessage = ({ data }) => {
    const { method, params } = JSON.parse(String(data));
    if (method !== 'Debugger.paused') return;
    for (const { functionName, url, location } of params.callFrames.slice(0, 20)) {
      process.stdout.write(
        `at ${functionName || '(anonymous)'} (${url}:${location.lineNumber + 1})\n`,
      );
    }
    process.stdout.write('', () => process.exit());
  };
  await new Promise(() => {});
}
