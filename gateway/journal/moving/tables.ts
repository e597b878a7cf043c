import { MARK_NAME } from './mark.ts';

/** A row as both engines can hold it: numbers, texts, lists of numbers; a flag is 0 or 1. */
export type Row = Readonly<Record<string, Cell>>;
export type Cell = number | string | null | readonly number[];

/** A table that moves, by the columns that both engines have. */
export interface MovedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** What its rows are ordered by. */
  readonly key: string;
  /** Columns that PostgreSQL keeps as booleans. */
  readonly flags?: readonly string[];
  /** Columns that are a list: JSON in SQLite, an array in PostgreSQL. */
  readonly lists?: readonly string[];
  /** Rows that move; all of them, unless it says so. */
  readonly where?: string;
  /** Whether numbers go on after the highest that was ever given, though its row is gone. */
  readonly numbered?: boolean;
}

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Every table of which a row outlives the process that wrote it, in the order in which they are written. */
export const MOVED: readonly MovedTable[] = [
  {
    name: 'sessions',
    key: 'id',
    columns: words(`id lane platform account chat thread title agent model agent_state stateless
      created_at last_at ended_at messages input_tokens output_tokens cost`),
    flags: ['stateless'],
  },
  { name: 'lanes', key: 'key', columns: words('key session fence turn waiting head machine') },
  {
    name: 'messages',
    key: 'seq',
    columns:
      words(`seq id platform account update_id chat thread lane session kind at_once holder state
      outcome turn received_at done_at error dropped body_hash direct sender extra text`),
    flags: ['at_once'],
    numbered: true,
  },
  {
    name: 'turns',
    key: 'id',
    columns: words(
      'id lane session fence holder state attempt messages first started_at ended_at error',
    ),
    lists: ['messages'],
  },
  {
    name: 'steps',
    key: 'seq',
    columns: words('seq turn attempt id name args_hash state started_at ended_at'),
    numbered: true,
  },
  {
    name: 'transcript',
    key: 'seq',
    columns: words('seq session turn message role text attachments at'),
    numbered: true,
  },
  {
    name: 'outbox',
    key: 'seq',
    columns:
      words(`seq id platform account chat thread lane kind chunk chunks message turn state open
      ambiguous attempts holder due_at created_at expires_at settled_at error dropped platform_id context text`),
    numbered: true,
  },
  {
    name: 'events',
    key: 'seq',
    columns: words('seq message name at detail'),
    numbered: true,
  },
  // The mark of a move is of its own place.
  { name: 'cursors', key: 'name', columns: words('name value'), where: `name <> '${MARK_NAME}'` },
  {
    name: 'orders',
    key: 'seq',
    columns: words('seq id kind state body'),
    numbered: true,
  },
];

/**
 * What is not moved: the lives of processes and what was meant for them (both are stopped), what an engine
 * keeps for itself, counts, which each engine keeps in its own way
 * (`forgotten` of an end), and files, which with SQLite are in no table.
 */
export const STAYS: readonly string[] = [
  'instances',
  'leases',
  'directives',
  'counters',
  'batches',
  'forgotten',
  'versions',
  'files',
  'file_pieces',
  'file_handles',
];

/** The state that a count of what was forgotten stands for, as `message:answered` or `outbox:sent`. */
export const COUNTED = [
  ...['answered', 'merged', 'steered', 'rejected', 'cancelled', 'dead'].map((o) => `message:${o}`),
  ...['sent', 'failed', 'expired'].map((s) => `outbox:${s}`),
] as const;

/** How many rows may travel at once, and how many characters of text, whichever is less. */
export const PIECE = { rows: 500, characters: 1_000_000 } as const;
