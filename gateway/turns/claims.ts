import type { Gate, Token } from '../core/admission.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { isRefusal, type Refusal } from '../core/refusal.ts';
import type { Settings } from '../core/settings.ts';
import type { ClaimedTurn } from '../core/turn.ts';
import type { Claim, Journal } from '../journal/journal.ts';

export interface ClaimsDeps {
  readonly journal: Pick<Journal, 'claim' | 'claimAny'>;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'burstWindow'>;
  readonly instance: string;
  readonly log: Log;
}

/** A turn may start: the token that counts it, and what the journal needs to hand it out. */
export interface Admitted {
  readonly token: Token;
  readonly claim: Claim;
}

const BATCH = 16;

/** Takes turns of free lanes from the journal: in the commit of a message, at the end of a turn, or here. */
export class Claims {
  readonly #deps: ClaimsDeps;
  /** Runs a claimed turn; owns the token. */
  readonly #run: (turn: ClaimedTurn, token: Token) => void;

  constructor(deps: ClaimsDeps, run: (turn: ClaimedTurn, token: Token) => void) {
    this.#deps = deps;
    this.#run = run;
  }

  /**
   * A token for a turn and what a claim needs, or why none may start now. Taken before the claim is sent:
   * work is counted before it exists.
   */
  admit(what: string): Admitted | Refusal {
    const { gate, clock, instance, settings } = this.#deps;
    const token = gate.admit('turn', what);
    if (isRefusal(token)) return token;
    const claim: Claim = {
      holder: instance,
      now: clock.now(),
      burstWindowMs: settings.burstWindow,
    };
    return { token, claim };
  }

  /** Starts turns on whatever lanes are free and have work: at start, after a take-over, when others committed. */
  async waiting(): Promise<void> {
    for (;;) {
      const admitted = this.#admitSome();
      const claim = admitted.at(-1)?.claim;
      if (claim === undefined) return;
      const turns = await this.#deps.journal.claimAny(claim, admitted.length).catch((error) => {
        this.#deps.log.warn(
          { err: error },
          'could not look for waiting messages; looking again soon',
        );
        return [];
      });
      admitted.forEach(({ token }, i) => {
        const turn = turns[i];
        if (turn === undefined) token.release();
        else this.#run(turn, token);
      });
      if (turns.length < admitted.length) return;
    }
  }

  /** Asks for a lane's next turn at a time: its burst is still growing. */
  later(lane: string, at: number): void {
    const { clock, journal } = this.#deps;
    clock.after(at - clock.now(), () => {
      const admitted = this.admit(lane);
      if (isRefusal(admitted)) return;
      journal
        .claim(lane, admitted.claim)
        .then((result) => {
          if (result.turn !== undefined) this.#run(result.turn, admitted.token);
          else admitted.token.release();
          if (result.readyAt !== undefined) this.later(lane, result.readyAt);
        })
        .catch(() => admitted.token.release());
    });
  }

  #admitSome(): Admitted[] {
    const admitted: Admitted[] = [];
    while (admitted.length < BATCH) {
      const one = this.admit('waiting');
      if (isRefusal(one)) break;
      admitted.push(one);
    }
    return admitted;
  }
}
