import { parseCommand } from '../core/commands.ts';
import { crashPoint } from '../core/crashPoint.ts';
import { laneKey } from '../core/lane.ts';
import type { Inbound, JsonValue, StoredMessage } from '../core/message.ts';
import { isRefusal } from '../core/refusal.ts';
import { notify, WORDS } from '../delivery/notices.ts';
import type { Outcomes } from '../delivery/outcomes.ts';
import { replyRows } from '../delivery/replies.ts';
import type { Shop } from '../instance/shop.ts';
import type { NewMessage, Receipt } from '../journal/journal.ts';
import type { Received } from '../platforms/platform.ts';
import type { Turns } from '../turns/turns.ts';
import { FollowUps } from './followUps.ts';

/** Carries out a command at once and says what to answer. */
export type Execute = (message: StoredMessage) => Promise<{ reply: string }>;

type Accepted = Extract<Receipt, { status: 'accepted' }>;

/**
 * The way in. One message's walk: admitted at the gate, committed, and only then anything else: its
 * turn starts (in the same commit when its lane is free), or it waits and the busy rule decides what
 * becomes of the running turn, or it is a command that takes effect at once.
 */
export class Reception {
  readonly #shop: Shop;
  readonly #turns: Turns;
  readonly #outcomes: Outcomes;
  readonly followUps: FollowUps;
  execute: Execute = async () => ({ reply: '' });

  constructor(shop: Shop, turns: Turns, outcomes: Outcomes) {
    this.#shop = shop;
    this.#turns = turns;
    this.#outcomes = outcomes;
    this.followUps = new FollowUps(shop, turns);
    turns.later = (lane, at) => this.#claimLater(lane, at);
  }

  /** @throws JournalUnavailable: nothing was accepted; the platform must not be acknowledged. */
  async receive(inbound: Inbound, cursor?: { name: string; value: JsonValue }): Promise<Received> {
    const { gate, journal, settings, clock, bus, log } = this.#shop;
    const receiving = gate.admit('receive', inbound.updateId);
    if (isRefusal(receiving)) return { accepted: false, ...receiving };
    // Taken before the commit that may start the turn: work must be counted before it exists.
    const admitted = this.#turns.admit(inbound.updateId);
    const free = isRefusal(admitted) ? undefined : admitted;
    let started = false;
    try {
      crashPoint('message-arrived');
      const message = await this.#message(inbound);
      const receipt = await journal.accept(message, {
        now: clock.now(),
        queueLimit: settings.queueLimit,
        holder: this.#shop.instance,
        ...(free === undefined ? {} : { claim: free.claim }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (receipt.status === 'full') {
        await notify(
          this.#shop,
          `full:${Math.floor(clock.now() / 60_000)}`,
          message,
          WORDS.full(receipt.queued),
        );
        return { accepted: false, refused: 'full' };
      }
      const { id, session } = receipt;
      if (receipt.status === 'duplicate') {
        log.info({ message: id }, 'the same delivery again; nothing is done twice');
        return {
          accepted: true,
          id,
          lane: message.lane,
          session,
          duplicate: true,
          bodyHash: receipt.bodyHash,
          ahead: 0,
        };
      }
      log.info({ message: id, lane: message.lane, ahead: receipt.ahead }, 'accepted');
      crashPoint('message-committed');
      this.#outcomes.expect(id);
      bus.emit({
        type: 'accepted',
        lane: message.lane,
        message: id,
        session,
        text: message.text,
        updateId: message.updateId,
        who: message.sender.name ?? message.sender.id,
        ahead: receipt.ahead,
      });
      if (receipt.turn !== undefined && free !== undefined) {
        started = true;
        void this.#turns.run(receipt.turn, free.token);
      }
      this.#follow(message, receipt);
      return {
        accepted: true,
        id,
        lane: message.lane,
        session,
        duplicate: false,
        ahead: receipt.ahead,
      };
    } finally {
      if (!started) free?.token.release();
      receiving.release();
    }
  }

  /** Starts turns on whatever lanes are free and have work: at start, after a take-over, when others committed. */
  async claimWaiting(): Promise<void> {
    const batch = 16;
    for (;;) {
      const tokens = [];
      let claim: Parameters<Shop['journal']['claimAny']>[0] | undefined;
      for (let i = 0; i < batch; i++) {
        const admitted = this.#turns.admit('waiting');
        if (isRefusal(admitted)) break;
        tokens.push(admitted.token);
        claim = admitted.claim;
      }
      if (claim === undefined) return;
      const turns = await this.#shop.journal.claimAny(claim, tokens.length).catch((error) => {
        this.#shop.log.warn(
          { err: error },
          'could not look for waiting messages; looking again soon',
        );
        return [];
      });
      for (const turn of turns) {
        const token = tokens.pop();
        if (token !== undefined) void this.#turns.run(turn, token);
      }
      const asked = turns.length + tokens.length;
      for (const token of tokens) token.release();
      if (turns.length < asked) return;
    }
  }

  /** Carries out an at-once command and gives it its outcome. */
  async runCommand(message: StoredMessage): Promise<void> {
    const { gate, journal, clock, settings, newId, accounts, couriers, bus, log } = this.#shop;
    const token = gate.admit('command', message.id);
    if (isRefusal(token)) return; // Stays open in the journal; the next instance takes it up.
    try {
      const { reply } = await this.execute(message).catch((error: Error) => ({
        reply: error.message,
      }));
      const outbound = replyRows(reply, {
        platform: accounts.of(message.address),
        kind: 'command',
        address: message.address,
        lane: message.lane,
        message,
        expiresAt: clock.now() + settings.outboxTtl,
        id: newId,
      });
      await journal.settle(message.id, 'answered', {
        now: clock.now(),
        outbound,
        evenRunning: true,
      });
      bus.emit({
        type: 'settled',
        lane: message.lane,
        message: message.id,
        outcome: 'answered',
        text: reply,
      });
      couriers.of(message.address)?.kick();
    } catch (error) {
      log.error(
        { err: error, message: message.id },
        'a command could not be settled; it stays open in the journal',
      );
    } finally {
      token.release();
    }
  }

  /** What the person means, as a message for the journal: some commands are messages in disguise. */
  async #message(inbound: Inbound): Promise<NewMessage> {
    const { newId, settings, clock, journal } = this.#shop;
    const id = newId();
    const lane =
      inbound.stateless === undefined
        ? laneKey(inbound, settings.groups)
        : `${laneKey(inbound, settings.groups)}:once:${id}`;
    const plain: NewMessage = { ...inbound, id, lane, kind: 'message', receivedAt: clock.now() };
    const parsed =
      inbound.stateless === undefined && inbound.attachments.length === 0
        ? parseCommand(inbound.text)
        : undefined;
    if (parsed === undefined) return plain;
    const { command, args } = parsed;
    if (command.name === 'queue' && args !== '') return { ...plain, text: args, busy: 'queue' };
    if (command.name === 'background' && args !== '') {
      return { ...plain, kind: 'background', text: args, lane: `${lane}:background:${id}` };
    }
    if (command.name === 'retry') {
      const [session] = await journal.sessions({ lane, limit: 1 });
      const lines =
        session === undefined ? [] : await journal.transcript(session.id, { limit: 50 });
      const last = lines.filter((line) => line.role === 'user').at(-1);
      if (last !== undefined)
        return { ...plain, text: last.text, attachments: last.attachments ?? [], busy: 'queue' };
    }
    return {
      ...plain,
      kind: 'command',
      atOnce: command.busy === 'at-once' || command.name === 'retry',
    };
  }

  #follow(message: NewMessage, receipt: Accepted): void {
    if (message.kind === 'command') {
      if (!message.atOnce) return;
      const { id, seq, session } = receipt;
      void this.runCommand({ ...message, id, seq, session, state: 'running' });
      return;
    }
    if (receipt.readyAt !== undefined) this.#claimLater(message.lane, receipt.readyAt);
    const waits =
      receipt.turn === undefined || !receipt.turn.messages.some((m) => m.id === receipt.id);
    if (!waits) return;
    void this.followUps.decide(message, receipt).catch((error) => {
      this.#shop.log.warn(
        { err: error, message: receipt.id },
        'the busy rule could not be applied; the message waits',
      );
    });
  }

  #claimLater(lane: string, at: number): void {
    const { clock, journal } = this.#shop;
    clock.after(at - clock.now(), () => {
      const admitted = this.#turns.admit(lane);
      if (isRefusal(admitted)) return;
      journal
        .claim(lane, admitted.claim)
        .then((result) => {
          if (result.turn !== undefined) void this.#turns.run(result.turn, admitted.token);
          else admitted.token.release();
          if (result.readyAt !== undefined) this.#claimLater(lane, result.readyAt);
        })
        .catch(() => admitted.token.release());
    });
  }
}
