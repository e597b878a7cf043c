import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { closeToOthers } from './private.ts';

// No library here: the parent process imports this file.

/** What the gateway makes in its home. Whatever else lies there (a configuration, say) is its owner's. */
const OURS =
  /^(?:(?:journal|lock)\.db(?:[-.].*)?|status\.json(?:\..*)?|machine|web-token|chat_history|files|control\.sock|p-[0-9a-z]+)$/;

/** Whether the gateway makes a file, a socket or a folder of this name in its home. */
export function isOurs(name: string): boolean {
  return OURS.test(name);
}

/**
 * Closes to others what an earlier version, another umask or a copy has left open. Not the home itself: it
 * may be a folder that more than the gateway lives in; `sluice doctor` names it. Never throws.
 */
export function closeHome(home: string): void {
  for (const name of readdirSync(home)) {
    if (!isOurs(name)) continue;
    try {
      closeToOthers(join(home, name));
    } catch {
      // Gone meanwhile, or a file system without modes: doctor says what others may read.
    }
  }
}
