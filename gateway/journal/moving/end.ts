import type { MovedTable, Row } from './tables.ts';

/** What is read from an end, and compared. */
export interface Readable {
  /** For people: a file, or a database without its password. */
  readonly name: string;
  count(table: MovedTable): Promise<number>;
  /** A table's rows in the order of its key (texts by their bytes), in bounded pieces. */
  pieces(table: MovedTable): AsyncIterable<readonly Row[]>;
  /** The last number that was ever given in a table; 0 for none. */
  lastNumber(table: MovedTable): Promise<number>;
  /** How many of each of `COUNTED` were forgotten since the journal began. */
  forgotten(): Promise<Readonly<Record<string, number>>>;
}

/** What a journal is written into. */
export interface Writable extends Readable {
  write(table: MovedTable, rows: readonly Row[]): Promise<void>;
  /** After the last row: numbers go on where they were, and counts of what is gone are kept. */
  conclude(
    numbers: Readonly<Record<string, number>>,
    forgotten: Readonly<Record<string, number>>,
  ): Promise<void>;
}
