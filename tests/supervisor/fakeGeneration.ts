/**
 * A small gateway generation for tests of the supervisor. `FAKE_PLAN` names a JSON file, read anew by
 * each generation: { "*": {...}, "2": {...} } by generation number; `FAKE_LEDGER` a file to which each
 * appends what it is told, one JSON line each. Over HTTP on the inherited socket it takes orders.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { SluiceError } from '../../gateway/core/exit.ts';
import { connectToSupervisor } from '../../gateway/supervisor/link.ts';
import { openSocket } from '../../gateway/supervisor/ownSocket.ts';

interface Plan {
  /** What it does instead of getting ready. */
  readonly start?: 'silent' | 'config' | 'crash' | 'hang' | 'ok';
  /** Once told to drain or stop: leaves, never leaves, or crashes. */
  readonly leave?: 'ok' | 'never' | 'crash';
  readonly afterReady?: 'crash';
  /** More of what it says of itself once it is ready. */
  readonly ready?: { readonly version?: string; readonly handoverTimeoutMs?: number };
  /** What a successor does once it may take connections. `old`: it is of a version that does not tell. */
  readonly open?: 'ok' | 'silent' | 'crash' | 'old';
}

const link = connectToSupervisor();
if (link === undefined) throw new Error('started without a supervisor');
const { generation, role, alive, listenFd } = link.become;
const plans = JSON.parse(readFileSync(process.env.FAKE_PLAN ?? '', 'utf8')) as Record<string, Plan>;
const plan: Plan = { ...plans['*'], ...plans[String(generation)] };
const instance = `i${generation}-${process.pid}`;

const note = (entry: object) =>
  appendFileSync(
    process.env.FAKE_LEDGER ?? '',
    `${JSON.stringify({ generation, pid: process.pid, ...entry })}\n`,
  );
note({ type: 'born', role, alive, notify: process.env.NOTIFY_SOCKET ?? null });

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://fake');
  switch (url.pathname) {
    case '/restart': {
      const order = url.searchParams.get('order') ?? 'o';
      const mode = url.searchParams.get('mode') === 'full' ? 'full' : 'handover';
      void link.send({
        type: 'restart-requested',
        order,
        mode,
        force: url.searchParams.has('force'),
      });
      break;
    }
    case '/cancel':
      void link.send({ type: 'cancel-restart', order: url.searchParams.get('order') ?? 'o' });
      break;
    case '/exit':
      process.exit(Number(url.searchParams.get('code')));
      break;
    case '/hang':
      response.end('{}', () => hangOnPurpose());
      return;
    case '/agent': {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {
        detached: true,
        stdio: 'ignore',
        env: { ...process.env, ...link.agentEnv },
      });
      if (child.pid !== undefined) link.agentStarted(child.pid);
      response.end(JSON.stringify({ agent: child.pid }));
      return;
    }
  }
  response.setHeader('connection', 'close');
  response.end(JSON.stringify({ generation, instance, pid: process.pid }));
});

function hangOnPurpose(): never {
  for (;;) {
    // Never gives the event loop back.
  }
}

function leave(code: number): void {
  if (plan.leave === 'never') return;
  if (plan.leave === 'crash') process.kill(process.pid, 'SIGKILL');
  server.close(async () => {
    await link?.send({ type: 'drained' });
    process.exit(code);
  });
}

/** As the gateway does: the first one opens the socket. */
const { FAKE_LISTEN: wanted = '{}' } = process.env;
const socket =
  listenFd === undefined
    ? await openSocket(link, JSON.parse(wanted)).catch(async (error: SluiceError) => {
        const { message: reason, exitCode } = error;
        await link.send({ type: 'failed', reason, exitCode, final: true });
        process.exit(exitCode);
      })
    : undefined;

link.on('activate', (message) => {
  note(message);
  if (plan.open === 'crash') process.exit(1);
  server.listen(listenFd === undefined ? socket?.handle : { fd: listenFd }, () => {
    if ((plan.open ?? 'ok') === 'ok') void link.send({ type: 'receiving' });
  });
});
for (const type of ['handover-started', 'handover-result', 'alive'] as const) {
  link.on(type, (message) => note(message));
}
link.on('drain', (message) => {
  note(message);
  leave(0);
});
link.on('stop', (message) => {
  note(message);
  if (message.force) process.exit(message.why === 'stop' ? 0 : 75);
  leave(message.why === 'stop' ? 0 : 75);
});
link.onOrphaned(() => {
  note({ type: 'orphaned' });
  process.exit(0);
});

switch (plan.start ?? 'ok') {
  case 'silent':
    setInterval(() => {}, 1_000_000);
    break;
  case 'config':
    await link.send({ type: 'failed', reason: 'the key agent.tpye is unknown', exitCode: 78 });
    process.exit(78);
    break;
  case 'crash':
    process.exit(1);
    break;
  case 'hang':
    hangOnPurpose();
    break;
  case 'ok':
    void link
      .send({
        type: 'ready',
        instance,
        version: '1.0.0',
        ...plan.ready,
        ...(plan.open !== 'old' && { tellsReceiving: true }),
      })
      .then(() => {
        if (plan.afterReady === 'crash') process.exit(1);
      });
}
