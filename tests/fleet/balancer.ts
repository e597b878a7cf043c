import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../harness/eventually.ts';
import { freePort } from '../harness/freePort.ts';

export interface Backend {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/**
 * A real HAProxy before the machines, as an operator has it: it asks `/readyz`, tries a connection that does not come
 * about elsewhere, and never sends a request twice that a machine may have taken. Towards `inside` it
 * passes on what machines say to a fake platform, which listens on loopback only.
 */
export class Balancer {
  readonly port: number;
  /** Where machines find the fake platform. */
  readonly outside: string;
  readonly #child: ChildProcess;

  private constructor(port: number, outside: string, child: ChildProcess) {
    this.port = port;
    this.outside = outside;
    this.#child = child;
  }

  static async start(options: {
    readonly dir: string;
    readonly token: string;
    readonly backends: readonly Backend[];
    readonly here: string;
    readonly fake: string;
  }): Promise<Balancer> {
    const { dir, token, backends, here, fake } = options;
    const [port, out] = [await freePort(), await freePort()];
    const lines = [
      'global',
      'defaults',
      '  mode http',
      '  timeout connect 1s',
      '  timeout client 60s',
      '  timeout server 20s',
      '  timeout check 1s',
      '  option redispatch 1',
      '  retries 3',
      'frontend people',
      `  bind 127.0.0.1:${port}`,
      `  http-request set-header authorization "Bearer ${token}"`,
      '  default_backend fleet',
      'backend fleet',
      '  balance roundrobin',
      '  option httpchk',
      // A gateway answers to names that it knows only: a check without one is turned away.
      '  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host 127.0.0.1',
      '  default-server check inter 300ms fall 2 rise 1',
      ...backends.map((b) => `  server ${b.name} ${b.address}:${b.port}`),
      'listen platform',
      `  bind ${here}:${out}`,
      `  server fake ${new URL(fake).host}`,
    ];
    const file = join(dir, 'haproxy.cfg');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const child = spawn('haproxy', ['-db', '-q', '-f', file], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const balancer = new Balancer(port, `http://${here}:${out}`, child);
    await eventually('HAProxy listens', () => {
      if (child.exitCode !== null) throw new Error('HAProxy did not start');
      return answers(port);
    });
    return balancer;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((done) => {
    socket.once('connect', () => done(true)).once('error', () => done(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
