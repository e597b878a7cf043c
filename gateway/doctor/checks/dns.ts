import { isIP } from 'node:net';
import type { Check } from '../check.ts';
import { type Finding, says } from '../finding.ts';
import { shellLine } from '../shell.ts';

const { ok, problem, skipped } = says('dns');

/** Whether the names that the configuration needs are known. */
export const dnsCheck: Check = {
  name: 'dns',
  async examine(of) {
    const loaded = await of.loaded().catch(() => undefined);
    if (loaded === undefined) return [skipped('the configuration cannot be read')];
    const { platforms, agents } = loaded.config;
    const urls = [
      ...platforms.telegram.filter((a) => a.enabled).map((a) => a.api_root),
      ...platforms.discord.filter((a) => a.enabled).map((a) => a.api_base),
      ...platforms.webhook.filter((a) => a.enabled).map((a) => a.reply_url),
      ...Object.values(agents).map((a) => (a.type === 'chat' ? a.base_url : undefined)),
    ];
    const hosts = new Set(urls.flatMap((url) => (url === undefined ? [] : [hostOf(url)])));
    const names = [...hosts].filter((host) => isIP(host) === 0 && host !== 'localhost');
    if (names.length === 0) return [ok('no name is needed')];
    const wrong = await Promise.all(
      names.map(async (name): Promise<Finding[]> => {
        try {
          await of.resolve(name);
          return [];
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          const why = code === 'ENOTFOUND' ? 'nobody knows it' : `no answer (${code})`;
          return [
            problem(`the name ${name} is not found: ${why}`, shellLine('getent', 'hosts', name)),
          ];
        }
      }),
    );
    const found = wrong.flat();
    return found.length > 0 ? found : [ok(`${names.join(', ')} found`)];
  },
};

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}
