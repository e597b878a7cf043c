import { onTestFinished } from 'vitest';
import {
  createWebPlatform,
  type WebPlatformOptions,
} from '../../../gateway/platforms/web/webPlatform.ts';
import { FakeHost } from './fakeHost.ts';

export interface Served {
  readonly host: FakeHost;
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly base: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** The web platform on a port of its own, before a scripted gateway. Ended with the test. */
export async function serve(
  options: Partial<WebPlatformOptions> = {},
  host = new FakeHost(),
): Promise<Served> {
  const platform = createWebPlatform({
    listen: { host: '127.0.0.1', port: 0 },
    host: '127.0.0.1',
    ...options,
  });
  host.platform = platform;
  await platform.start(host);
  const close = () => platform.close();
  onTestFinished(close);
  const base = String(platform.where?.()).replace(/\/$/, '');
  return { host, base, port: Number(new URL(base).port), close };
}
