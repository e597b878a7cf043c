import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type FakeProcess, spawnFake } from '../shared/spawn.ts';
import type { Kept, Said } from './types.ts';

export const TELEGRAM_TOKEN = '4242:telegram-token-of-a-test';

export interface TelegramState {
  readonly messages: Kept[];
  readonly actions: { chat: string; action: string }[];
  readonly reactions: { chat: string; id: number; emoji: string[] }[];
  readonly callbacks: { id: string; text: string }[];
  readonly commands: { command: string; description: string }[];
  /** Unconfirmed updates. */
  readonly updates: number;
  readonly calls: { method: string; at: number; chat?: string }[];
}

export interface FakeTelegram extends FakeProcess {
  say(said: Said): Promise<{ message_id: number; update_id: number }>;
  state(): Promise<TelegramState>;
  /** The bot's messages in a chat as people see them now. */
  seen(chat: number): Promise<string[]>;
}

/** A Bot API server for one test. */
export async function fakeTelegram(
  undo: (close: () => Promise<void>) => void = onTestFinished,
): Promise<FakeTelegram> {
  const fake = await spawnFake(fileURLToPath(new URL('./main.ts', import.meta.url)));
  undo(() => fake.stop());
  const state = () => fake.control<TelegramState>('state');
  return {
    ...fake,
    say: (said) => fake.control('say', said),
    state,
    seen: async (chat) =>
      (await state()).messages
        .filter((m) => m.bot && !m.deleted && m.chat === String(chat))
        .map((m) => m.text),
  };
}
