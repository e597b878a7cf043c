import { readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { answers, listenPrivately } from '../../control/privateSocket.ts';
import { serverSocketPath } from '../../control/socketPath.ts';

/** What the names of these sockets begin with. */
const PREFIX = 'p-';

/** The private sockets by which the instances of one home hear each other. */
export class HomeSockets {
  readonly #home: string;
  readonly #instance: string;

  constructor(home: string, instance: string) {
    this.#home = home;
    this.#instance = instance;
  }

  /** Returns the way to stop. @throws what listening fails with. */
  async offer(serve: (socket: Socket) => void): Promise<() => void> {
    const path = this.#pathOf(this.#instance);
    const server = createServer(serve);
    await listenPrivately(server, path);
    return () => {
      server.close();
      rmSync(path, { force: true });
    };
  }

  connect(instance: string): Socket {
    return connect(this.#pathOf(instance));
  }

  /**
   * Removes the sockets of instances that were killed. Neither ours nor one of `alive` is touched, nor any
   * at which somebody answers. Rejects only where the folder cannot be read.
   */
  async sweep(alive: readonly string[]): Promise<void> {
    const kept = new Set([this.#instance, ...alive].map((id) => this.#pathOf(id)));
    const folder = dirname(serverSocketPath(this.#home));
    for (const name of readdirSync(folder).filter((n) => n.startsWith(PREFIX))) {
      const path = join(folder, name);
      if (kept.has(path) || (await answers(path))) continue;
      rmSync(path, { force: true });
    }
  }

  #pathOf(instance: string): string {
    return join(dirname(serverSocketPath(this.#home)), PREFIX + instance.slice(-8));
  }
}
