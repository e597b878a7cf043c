import type { Order } from '../../core/order.ts';
import type { Status } from '../../core/status.ts';
import { ago, clip, duration, plural, table } from './format.ts';

/** A status in a few aligned lines. */
export function statusLines(status: Status, now: number): string[] {
  const rows: string[][] = [
    [
      'state',
      `${status.state}${status.ready ? ', ready' : `, not ready: ${status.reasons.join('; ')}`}`,
    ],
    [
      'instance',
      `${status.instance} (generation ${status.generation}, pid ${status.pid}, version ${status.version})`,
    ],
    ['up', duration(now - status.startedAt)],
    [
      'work',
      `${plural(status.activeTurns, 'turn')} running, ${plural(status.queued, 'message')} waiting (busy input: ${status.busyMode})`,
    ],
  ];
  const { supervisorVersion } = status;
  if (supervisorVersion !== undefined && supervisorVersion !== status.version)
    rows.push([
      'supervisor',
      `version ${supervisorVersion} still; \`sluice restart --full\` replaces it, too`,
    ]);
  if (status.desired !== 'running') rows.splice(1, 0, ['asked to be', status.desired]);
  if (status.restart !== undefined) rows.push(['restart', orderText(status.restart, now)]);
  if (status.drain !== undefined) rows.push(['drain', orderText(status.drain, now)]);
  for (const other of status.others) {
    rows.push([
      'also here',
      `${other.instance} (generation ${other.generation}) finishes ${plural(other.turns, 'turn')}`,
    ]);
  }
  return [
    ...table(rows),
    ...turnLines(status, now),
    ...platformLines(status, now),
    ...peerLines(status, now),
  ];
}

function turnLines(status: Status, now: number): string[] {
  const elsewhere = status.others.flatMap((other) =>
    (other.running ?? []).map((turn) => [
      clip(turn.who, 24),
      turn.platform,
      `running ${duration(now - turn.startedAt)}`,
      `finishing in generation ${other.generation}`,
      turn.attempt > 1 ? `attempt ${turn.attempt}` : '',
    ]),
  );
  const here = status.turns.map((turn) => [
    clip(turn.who, 24),
    turn.platform,
    `running ${duration(now - turn.startedAt)}`,
    turn.waitingFor === 'human'
      ? 'waits for an answer'
      : `last progress ${ago(turn.lastProgressAt, now)}${turn.step === undefined ? '' : `: ${clip(turn.step, 40)}`}`,
    turn.attempt > 1 ? `attempt ${turn.attempt}` : '',
  ]);
  const rows = [...here, ...elsewhere];
  return rows.length === 0 ? [] : ['', 'Turns', ...table(rows, '  ')];
}

/** The other instances of a fleet, and whether their turns are shown here as they run. */
function peerLines({ peers = [] }: Status, now: number): string[] {
  if (peers.length === 0) return [];
  const rows = peers.map(({ machine, address, heard, since, reason }) => [
    machine,
    heard ? 'heard' : 'not heard',
    [
      address ?? '',
      `for ${duration(now - since)}`,
      heard ? '' : `${reason}; its replies come whole`,
    ]
      .filter((part) => part !== '')
      .join(', '),
  ]);
  return ['', 'Other machines', ...table(rows, '  ')];
}

function platformLines(status: Status, now: number): string[] {
  if (status.platforms.length === 0) return [];
  const rows = status.platforms.map((p) => [
    p.platform,
    p.account,
    p.state,
    [p.where ?? '', p.reason ?? '', p.heardAt === undefined ? '' : `heard ${ago(p.heardAt, now)}`]
      .filter((part) => part !== '')
      .join(', '),
  ]);
  return ['', 'Platforms', ...table(rows, '  ')];
}

/** An order in one line. */
export function orderText(order: Order, now: number): string {
  const how = [
    order.mode === 'full' ? 'full' : '',
    order.force ? 'forced' : '',
    order.whenIdle && order.state === 'open' ? 'waits until nothing runs' : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
  const base = `${order.state}, asked by ${clip(order.by, 40)} ${ago(order.createdAt, now)}${how === '' ? '' : ` (${how})`}`;
  const reason = order.reason === undefined ? '' : `: ${clip(order.reason, 200)}`;
  const left =
    order.state === 'open' && order.deadline > now
      ? `, at most ${duration(order.deadline - now)} more`
      : '';
  return base + left + reason;
}
