import { createHmac, timingSafeEqual } from 'node:crypto';

export const TIMESTAMP = 'sluice-timestamp';
export const SIGNATURE = 'sluice-signature';

/** `v1=` and the HMAC-SHA256, in hex, of `timestamp.body`; `timestamp` is in seconds since the epoch. */
export function sign(secret: string, timestamp: number, body: string | Uint8Array): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

/** Why a request is not genuine; undefined when it is. `now` in milliseconds, `windowMs` both ways. */
export function mistrust(
  secret: string,
  headers: { get(name: string): string | null },
  body: Uint8Array,
  now: number,
  windowMs: number,
): string | undefined {
  const timestamp = headers.get(TIMESTAMP);
  const signature = headers.get(SIGNATURE);
  if (timestamp === null || signature === null) {
    return `the headers ${TIMESTAMP} and ${SIGNATURE} are needed`;
  }
  if (!/^\d{1,12}$/.test(timestamp)) return `${TIMESTAMP} is not a number of seconds`;
  const expected = Buffer.from(sign(secret, Number(timestamp), body));
  // During a change of secrets a sender may sign with both.
  const genuine = signature
    .split(',')
    .map((one) => Buffer.from(one.trim()))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
  if (!genuine) return 'the signature does not fit the timestamp and the body';
  if (Math.abs(now - Number(timestamp) * 1000) > windowMs) {
    return 'the timestamp is too far from now; sign the request when you send it';
  }
  return undefined;
}
