import type { Socket } from 'node:net';
import { type Clock, MINUTE, type Random, SECOND, type Timer } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { PeerStatus } from '../../core/status.ts';
import type { Outcomes } from '../../delivery/outcomes.ts';
import type { ProgressBus } from '../../delivery/progressBus.ts';
import type { Journal, Peer } from '../../journal/journal.ts';
import type { Turns } from '../turns.ts';
import { feed } from './feed.ts';
import { Follower } from './follower.ts';
import { Heard } from './heard.ts';
import { HomeSockets } from './homeSockets.ts';
import { connectToPeer, listenToPeers, type PeerAddress } from './peerSocket.ts';

export interface RelayDeps {
  readonly home: string;
  readonly instance: string;
  readonly journal: Pick<Journal, 'peers'>;
  readonly bus: ProgressBus;
  readonly turns: Turns;
  readonly outcomes: Pick<Outcomes, 'lookForOpen'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The journal is shared with other machines. */
  readonly fleet?: boolean;
  /** Where their instances reach this one; absent: they don't. */
  readonly peers?: PeerAddress;
}

/** How often the journal is asked who else is there. */
const LOOK = 1 * SECOND;

interface Followed {
  readonly follower: Follower;
  readonly machine: string;
  readonly address?: string;
}

/**
 * Progress between instances, so that whoever is connected to one sees a turn that another runs: a page
 * that has moved to the successor, or a caller at another machine. Each instance offers its own progress
 * on a private socket in the home and, in a fleet, at an address that the journal knows; whoever comes
 * later first gets what was said so far. Nothing durable passes here: an instance that cannot be heard
 * costs the stream, and the reply comes by the journal.
 */
export class Relay {
  readonly #deps: RelayDeps;
  readonly #sockets: HomeSockets;
  readonly #heard: Heard;
  readonly #followed = new Map<string, Followed>();
  /** Peers that offer no address. */
  #mute: PeerStatus[] = [];
  readonly #served = new Set<Socket>();
  readonly #close: (() => void)[] = [];
  #timer: Timer | undefined;
  #closed = false;
  /** On the monotonic clock. */
  #silentUntil = 0;

  constructor(deps: RelayDeps) {
    this.#deps = deps;
    this.#sockets = new HomeSockets(deps.home, deps.instance);
    this.#heard = new Heard(deps.bus);
  }

  /**
   * Offers this instance's progress; returns what the journal has to know of it. Where it cannot be offered (a
   * full disk, a port that is taken) the gateway works, and others only see less.
   */
  async offer(): Promise<Peer | undefined> {
    const { peers, log } = this.#deps;
    const serve = (socket: Socket) => this.#serve(socket);
    try {
      this.#close.push(await this.#sockets.offer(serve));
    } catch (error) {
      log.warn({ err: error }, 'progress cannot be offered to other instances of this home');
    }
    if (peers === undefined) return undefined;
    try {
      const offered = await listenToPeers(peers, serve, (from, error) =>
        this.#refused(from, error),
      );
      this.#close.push(() => offered.close());
      return offered.peer;
    } catch (error) {
      log.warn(
        { err: error, host: peers.host, port: peers.port },
        'other machines cannot hear this instance: they get its replies whole',
      );
      return undefined;
    }
  }

  /** See HomeSockets. */
  sweep(alive: readonly string[]): Promise<void> {
    return this.#sockets.sweep(alive);
  }

  /** Follows other instances of this home until they leave, and those of other machines as they come. */
  follow(instances: readonly string[]): void {
    const { instance, fleet } = this.#deps;
    for (const other of instances) {
      if (other === instance) continue;
      this.#add(other, {
        follower: new Follower(other, () => this.#sockets.connect(other), 'home', this.#with),
        machine: '',
      });
    }
    if (fleet === true) this.#watch();
  }

  /** Every instance of the fleet but this one, and whether it is heard. */
  peers(): PeerStatus[] {
    const heard = [...this.#followed].map(([instance, { follower, machine, address }]) => ({
      instance,
      machine,
      ...(address === undefined ? {} : { address }),
      ...follower.hearing,
    }));
    return [...heard.filter((peer) => peer.machine !== ''), ...this.#mute];
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    for (const close of this.#close.reverse()) close();
    for (const socket of this.#served) socket.destroy();
    for (const { follower } of this.#followed.values()) follower.close();
    this.#heard.close();
  }

  /** Said once a minute: a stranger may come every moment. */
  #refused(from: string | undefined, error: Error): void {
    const { clock, log } = this.#deps;
    if (clock.monotonic() < this.#silentUntil) return;
    this.#silentUntil = clock.monotonic() + MINUTE;
    log.warn({ from, why: error.message }, 'a connection without the key of this instance');
  }

  get #with() {
    return { ...this.#deps, heard: this.#heard };
  }

  #serve(socket: Socket): void {
    this.#served.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#served.delete(socket));
    feed(socket, this.#deps);
  }

  #add(instance: string, followed: Followed): void {
    this.#followed.get(instance)?.follower.close();
    this.#followed.set(instance, followed);
  }

  /** Looks once a second, and asks the journal for what cannot be heard. */
  #watch(): void {
    this.#look()
      // The journal is away: whoever is heard goes on being heard.
      .catch(() => {})
      .finally(() => {
        if (!this.#closed) this.#timer = this.#deps.clock.after(LOOK, () => this.#watch());
      });
  }

  async #look(): Promise<void> {
    const { journal, instance, outcomes, clock } = this.#deps;
    const rows = (await journal.peers()).filter((row) => row.instance !== instance);
    if (this.#closed) return;
    const there = new Set(rows.map((row) => row.instance));
    for (const [gone, { follower }] of this.#followed) {
      if (there.has(gone)) continue;
      this.#followed.delete(gone);
      follower.end();
    }
    const before = new Map(this.#mute.map((peer) => [peer.instance, peer.since]));
    this.#mute = [];
    for (const { instance: other, machine, peer } of rows) {
      if (this.#followed.has(other)) continue;
      if (peer === undefined) {
        const since = before.get(other) ?? clock.now();
        const reason = 'it offers no address';
        this.#mute.push({ instance: other, machine, heard: false, since, reason });
        continue;
      }
      const follower = new Follower(other, () => connectToPeer(peer), 'fleet', this.#with);
      this.#add(other, { follower, machine, address: peer.address });
    }
    if (this.peers().some((peer) => !peer.heard)) await outcomes.lookForOpen();
  }
}
