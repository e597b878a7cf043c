/** Seconds in each unit that systemd.time(7) writes. */
const UNITS: Readonly<Record<string, number>> = {
  y: 31_557_600,
  month: 2_629_800,
  w: 604_800,
  d: 86_400,
  h: 3_600,
  min: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
};

/** Reads a time span as `systemctl show` prints it (`1min 40s`), in seconds; `infinity` is Infinity. */
export function secondsOf(timespan: string): number | undefined {
  const text = timespan.trim();
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '0') return 0;
  let sum = 0;
  for (const part of text.split(/\s+/)) {
    const match = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(part);
    const unit = UNITS[match?.[2] ?? ''];
    if (match === null || unit === undefined) return undefined;
    sum += Number(match[1]) * unit;
  }
  return sum;
}
