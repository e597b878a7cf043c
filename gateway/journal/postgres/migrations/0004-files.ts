/**
 * The files that people send, in pieces. `files.hash` is NULL until a file is whole. Pieces are not compressed:
 * photos are already. `file_handles` remembers which content a platform's handle stood for.
 */
export const migration0004 = `
CREATE TABLE sluice.files (id text PRIMARY KEY, hash text UNIQUE, size bigint NOT NULL, used_at bigint NOT NULL);
CREATE TABLE sluice.file_pieces (
  file text NOT NULL REFERENCES sluice.files (id) ON DELETE CASCADE, nth integer NOT NULL, bytes bytea NOT NULL,
  PRIMARY KEY (file, nth)
);
ALTER TABLE sluice.file_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE TABLE sluice.file_handles (handle text PRIMARY KEY, hash text NOT NULL, used_at bigint NOT NULL);
`;
