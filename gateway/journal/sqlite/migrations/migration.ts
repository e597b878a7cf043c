/**
 * One step of the schema, forward only. `version` is the value of `PRAGMA user_version` after it.
 *
 * Two versions of the gateway share the file during every hand-over. So a step may only *expand*: add a
 * table, an index, a trigger, or a column with a default, and nothing the previous version's statements
 * would trip over. What is no longer used is taken away (*contract*) by a step of a later release, when
 * no running version can still use it. A step that was released is never edited.
 */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}
