import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Secrets } from '../observe/secrets.ts';
import type { Platform } from '../platforms/platform.ts';
import type { ListenAt } from '../platforms/web/http/listener.ts';
import type { WebhookPlatform } from '../platforms/webhook/webhook.ts';

export interface WebDeps {
  readonly home: string;
  readonly secrets: Secrets;
  /** Says something to the person at the terminal that no log may keep. */
  readonly show: (text: string) => void;
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<{ type: string; body: string }>;
  /** The listening socket that the supervisor keeps, and the host that it listens on. */
  readonly socket?: { readonly at: ListenAt; readonly host: string } | undefined;
}

/** The page and the HTTP API; `token` is the configured one. */
export async function createWeb(
  web: Config['platforms']['web'],
  token: string | undefined,
  hooks: ReadonlyMap<string, WebhookPlatform>,
  deps: WebDeps,
): Promise<Platform> {
  const { createWebPlatform } = await import('../platforms/web/webPlatform.ts');
  const { limitsOf } = await import('../platforms/web/options.ts');
  const host = deps.socket?.host ?? web.host;
  const asked = token ?? (await generatedToken(host, deps));
  return createWebPlatform({
    listen: deps.socket?.at ?? { host, port: web.port },
    host,
    allowedHosts: web.allowed_hosts,
    allowedOrigins: web.allowed_origins,
    limits: limitsOf(web),
    metrics: deps.metrics,
    webhook: (name) => {
      const hook = hooks.get(name);
      return hook === undefined ? undefined : (request) => hook.handle(request);
    },
    ...(asked === undefined ? {} : { token: asked }),
  });
}

/**
 * Where others can reach the page and no token is configured, one is made and kept in the home. It is
 * shown to the person once, and not by the log.
 */
async function generatedToken(
  host: string,
  { home, secrets, show }: WebDeps,
): Promise<string | undefined> {
  const { isLoopback } = await import('../platforms/web/http/guard.ts');
  if (isLoopback(host)) return undefined;
  const { tokenFile } = await import('../platforms/web/http/tokenFile.ts');
  const file = join(home, 'web-token');
  const { token, fresh } = tokenFile(file);
  secrets.add(token);
  if (fresh) {
    show(
      `Others can reach the page on ${host}, so it asks for a token. This is it, shown this once:\n\n    ${token}\n\nIt is kept in ${file}; platforms.web.token_file or token_env sets another.\n`,
    );
  }
  return token;
}
