import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { GatewayReadyDispatchData } from 'discord-api-types/v10';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Loosely } from '../shared/loosely.ts';
import { APPLICATION, BOT, GUILD, type World } from './server.ts';

interface Session {
  readonly id: string;
  readonly events: { s: number; t: string; d: object }[];
  seq: number;
  socket: WebSocket | undefined;
}

/**
 * Discord's gateway (https://discord.com/developers/docs/events/gateway) as far as a bot with one
 * shard uses it: hello, heartbeat, identify, resume with replay, invalid session, close codes.
 */
export class FakeGateway {
  readonly #sessions = new Map<string, Session>();
  readonly #sockets = new Set<WebSocket>();
  /** Sockets that were closed from this side: the code that comes back is only an echo. */
  readonly #ours = new WeakSet<WebSocket>();
  readonly #token: string;
  readonly #world: World;
  readonly strange: string[] = [];
  identifies = 0;
  resumes = 0;
  /** Close codes of clients, as they came. */
  readonly closes: number[] = [];
  url = '';
  /** The bot has not been given the right to read messages. */
  deaf = false;
  /** Acknowledges no heartbeat: a connection that is dead and does not know. */
  hung = false;
  heartbeatMs = 41_250;
  /** Hangs up on whoever connects: the gateway is down while the REST API is not. */
  refuses = false;
  refused = 0;

  constructor(server: Server, world: World, token: string) {
    this.#world = world;
    this.#token = token;
    world.emit = (t, d) => this.emit(t, d);
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => this.#connected(socket));
  }

  emit(t: string, d: object): void {
    for (const session of this.#sessions.values()) this.#send(session, t, d);
  }

  /** Ends every connection by a close code, or abruptly for code 0. */
  close(code: number): void {
    for (const socket of this.#sockets) {
      this.#ours.add(socket);
      if (code === 0) socket.terminate();
      else socket.close(code);
    }
  }

  /** Forgets every session: a resume is told that it is invalid. */
  forget(): void {
    this.#sessions.clear();
  }

  #connected(socket: WebSocket): void {
    if (this.refuses) {
      this.refused++;
      socket.on('error', () => {});
      socket.terminate();
      return;
    }
    this.#sockets.add(socket);
    let session: Session | undefined;
    socket.on('error', () => {});
    socket.on('close', (code) => {
      this.#sockets.delete(socket);
      this.closes.push(code);
      if (session === undefined || session.socket !== socket) return;
      session.socket = undefined;
      // A client that says goodbye by 1000 or 1001 ends its session.
      if (this.#ours.has(socket)) return;
      if (code === 1000 || code === 1001) this.#sessions.delete(session.id);
    });
    socket.on('message', (data) => {
      const { op, d } = JSON.parse(String(data)) as { op: number; d: Record<string, unknown> };
      if (op === 1) {
        if (!this.hung) socket.send(JSON.stringify({ op: 11 }));
      } else if (op === 2 || op === 6) {
        if (d.token !== this.#token) return socket.close(4004);
        if (this.deaf) return socket.close(4014);
        session = op === 2 ? this.#identify(socket) : this.#resume(socket, d);
      } else this.strange.push(`gateway op ${op}`);
    });
    socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: this.heartbeatMs } }));
  }

  #identify(socket: WebSocket): Session {
    this.identifies++;
    const session: Session = { id: randomUUID(), events: [], seq: 0, socket };
    this.#sessions.set(session.id, session);
    this.#send(session, 'READY', {
      v: 10,
      user: { id: BOT, username: 'sluice', bot: true },
      guilds: [{ id: GUILD, unavailable: true }],
      session_id: session.id,
      resume_gateway_url: this.url,
      application: { id: APPLICATION },
    } satisfies Loosely<GatewayReadyDispatchData>);
    const all = [...this.#world.channels.values()].filter((c) => c.guild_id === GUILD);
    this.#send(session, 'GUILD_CREATE', {
      id: GUILD,
      name: 'A server',
      channels: all.filter((c) => c.type < 10).map(({ guild_id: _, ...c }) => c),
      threads: all.filter((c) => c.type >= 10),
    });
    return session;
  }

  #resume(socket: WebSocket, d: Record<string, unknown>): Session | undefined {
    const session = this.#sessions.get(String(d.session_id));
    if (session === undefined || Number(d.seq) > session.seq) {
      socket.send(JSON.stringify({ op: 9, d: false }));
      return undefined;
    }
    this.resumes++;
    session.socket?.close(4000);
    session.socket = socket;
    for (const event of session.events.filter((e) => e.s > Number(d.seq))) {
      socket.send(JSON.stringify({ op: 0, ...event }));
    }
    this.#send(session, 'RESUMED', {});
    return session;
  }

  #send(session: Session, t: string, d: object): void {
    const event = { s: ++session.seq, t, d };
    session.events.push(event);
    session.socket?.send(JSON.stringify({ op: 0, ...event }));
  }
}
