import { join } from 'node:path';
import { accountHash } from '../assembly/ownedAccount.ts';
import type { SecretRef } from '../config/secrets.ts';
import type { Examination, ExamineDeps } from '../platforms/shared/examination.ts';
import { accountLockFolder } from '../supervisor/kernelLock.ts';
import type { Examinee } from './examinee.ts';
import { isHeld } from './heldLock.ts';
import { secretInShell } from './secretRefs.ts';

export interface ExaminedAccount {
  /** `telegram/default`. */
  readonly account: string;
  /** Undefined where its token cannot be read. */
  readonly examination: Examination | undefined;
  /** A gateway on this machine has it: this home's, or another one's. */
  readonly held: boolean;
}

interface Account {
  readonly name: string;
  readonly enabled: boolean;
  readonly token_env?: string | undefined;
  readonly token_file?: string | undefined;
}

const asked = new WeakMap<Examinee, Promise<ExaminedAccount[]>>();

/** Asks every enabled account's platform, once; whoever asks again gets the same answers. */
export function examineAccounts(of: Examinee, signal: AbortSignal): Promise<ExaminedAccount[]> {
  let answer = asked.get(of);
  if (answer === undefined) {
    answer = examineAll(of, signal);
    asked.set(of, answer);
  }
  return answer;
}

async function examineAll(of: Examinee, signal: AbortSignal): Promise<ExaminedAccount[]> {
  const { config, file } = await of.loaded();
  const { telegram, discord } = config.platforms;
  const one = async (
    platform: string,
    account: Account,
    server: string,
    examine: (deps: ExamineDeps) => Promise<Examination>,
  ): Promise<ExaminedAccount> => {
    const ref: SecretRef = {
      what: `platforms.${platform} (${account.name}).token`,
      env: account.token_env,
      file: account.token_file,
    };
    const token = await of.secret(ref).catch(() => undefined);
    const name = `${platform}/${account.name}`;
    if (token === undefined) return { account: name, examination: undefined, held: false };
    const tokenInShell = secretInShell(ref, file);
    const { fetch, now } = of;
    const lock = join(
      accountLockFolder(of.places.env),
      `${accountHash(platform, server, token)}.db`,
    );
    return {
      account: name,
      held: await isHeld(lock),
      examination: await examine({ token, tokenInShell, signal, fetch, now }),
    };
  };
  return Promise.all([
    ...telegram
      .filter((a) => a.enabled)
      .map(async (a) => {
        const { examineTelegram } = await import('../platforms/telegram/examine.ts');
        return one('telegram', a, a.api_root, (deps) => examineTelegram(a, deps));
      }),
    ...discord
      .filter((a) => a.enabled)
      .map(async (a) => {
        const { examineDiscord } = await import('../platforms/discord/examine.ts');
        return one('discord', a, a.api_base, (deps) => examineDiscord(a, deps));
      }),
  ]);
}
