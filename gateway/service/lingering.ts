import { SluiceError } from '../core/exit.ts';
import type { Run } from './command.ts';

/**
 * Whether the user's manager runs without the user being logged in (loginctl(1), "enable-linger").
 * Without it, systemd ends a user's services at the last logout, and starts them at the next login.
 */
export async function lingers(user: string, run: Run): Promise<boolean> {
  const asked = await run('loginctl', ['show-user', user, '--property=Linger', '--value']);
  // A user who is neither logged in nor lingering is not known there.
  return asked.code === 0 && asked.stdout.trim() === 'yes';
}

/** @throws SluiceError where it is not allowed. */
export async function enableLingering(user: string, run: Run): Promise<void> {
  const { code, stderr } = await run('loginctl', ['enable-linger', user]);
  if (code === 0) return;
  throw new SluiceError(
    `lingering could not be enabled (${stderr.trim()}); ask an administrator for: sudo loginctl enable-linger ${user}`,
  );
}
