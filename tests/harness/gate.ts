import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allPids, processEntry } from '../../gateway/supervisor/processTable.ts';

const PROGRAM = fileURLToPath(new URL('../fakes/agents/gate.ts', import.meta.url));

/** What a held turn answers when it was let go. */
export const HELD_REPLY = 'Working: done.';

/**
 * Turns that last until the test lets them go: the agent `gate`, a program of its own for each turn.
 * It answers requests with the model `gate`, and the terminal's chat `gated`.
 */
export class GateAgent {
  readonly #file: string;

  constructor(dir: string) {
    this.#file = join(dir, 'gate-is-open');
  }

  /** The part of `sluice.yaml` that brings it in, beside the demo agent. */
  get config(): string {
    const command = JSON.stringify([process.execPath, PROGRAM, this.#file]);
    return `agents:
  demo: { type: demo }
  gate: { type: process, command: ${command} }
routes:
  - { platform: terminal, chat: gated, agent: gate }
`;
  }

  open(): void {
    writeFileSync(this.#file, '');
  }

  /** Ids of the living programs of its turns. They are found by their arguments: an agent's environment is not ours. */
  pids(): number[] {
    return allPids().filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes(this.#file) && processEntry(pid) !== undefined;
      } catch {
        return false;
      }
    });
  }
}
