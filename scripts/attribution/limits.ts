import { type Dialect, dialectOf, type ForgeKind } from './dialect.ts';
import type { PullFact } from './facts.ts';
import type { Ledger } from './ledger.ts';

/** What of a range was not looked at, without being needed: told in every report. */
export function limitsOf(
  ledger: Ledger,
  dialect: Dialect,
  known: ReadonlyMap<number, PullFact>,
  { repo, offline }: { readonly repo: string | undefined; readonly offline: boolean },
): string[] {
  const limits: string[] = [];
  const { links } = ledger;
  if (links > 0) {
    const name = links === 1 ? '1 message names' : `${links} messages name`;
    limits.push(
      `${name} a ${dialect.request} by its address; whether it is of this project is not known without a remote (--project OWNER/NAME says)`,
    );
  }
  const elsewhere = mostly(ledger.elsewhere, ledger.commits);
  if (elsewhere !== undefined) {
    limits.push(
      `this history was written on ${elsewhere.name} (${elsewhere.count} commits say so), whose numbers are not ${dialect.name}'s; read it with --forge ${elsewhere.kind}, and --api-url for a server of its own`,
    );
  }
  if (!offline || repo === undefined) return limits;
  const unread = ledger.landed.numbers().filter((n) => known.get(n)?.body === undefined).length;
  if (unread > 0) {
    limits.push(
      `the descriptions of ${unread} ${dialect.request}s of this range were not read (offline)`,
    );
  }
  return limits;
}

/** The forge that a part of the commits, which can't be chance, names as theirs. */
function mostly(elsewhere: ReadonlyMap<ForgeKind, number>, commits: number) {
  const [kind, count] = [...elsewhere].sort((a, b) => b[1] - a[1])[0] ?? [];
  if (kind === undefined || count === undefined || count * 20 < commits) return undefined;
  return { kind, count, name: dialectOf(kind, '').name };
}
