import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type FakeProcess, spawnFake } from '../shared/spawn.ts';
import type { Kept, Said } from './types.ts';

export const DISCORD_TOKEN = 'discord.token-of.a-test';

export interface DiscordState {
  readonly messages: Kept[];
  readonly typing: string[];
  readonly callbacks: { id: string; type: number; content?: string }[];
  readonly commands: { name: string }[];
  readonly identifies: number;
  readonly resumes: number;
  readonly closes: number[];
  /** Connections that were hung up on. */
  readonly refused: number;
  readonly calls: { method: string; at: number; channel?: string }[];
}

export interface FakeDiscord extends FakeProcess {
  say(said: Said): Promise<{ id: string }>;
  state(): Promise<DiscordState>;
  /** The bot's messages in a channel as people see them now. */
  seen(channel: string): Promise<string[]>;
}

/** Discord for one test. */
export async function fakeDiscord(
  undo: (close: () => Promise<void>) => void = onTestFinished,
): Promise<FakeDiscord> {
  const fake = await spawnFake(fileURLToPath(new URL('./main.ts', import.meta.url)));
  undo(() => fake.stop());
  const state = () => fake.control<DiscordState>('state');
  return {
    ...fake,
    say: (said) => fake.control('say', said),
    state,
    seen: async (channel) =>
      (await state()).messages
        .filter((m) => m.bot && !m.deleted && m.channel === channel)
        .map((m) => m.content),
  };
}
