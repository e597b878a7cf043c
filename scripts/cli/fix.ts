import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Audit } from '../attribution/audit.ts';
import { addToAuthorMap } from '../attribution/author-map-edit.ts';
import { type Config, readIfThere } from '../attribution/config.ts';
import { fixContributors } from '../notes/contributors.ts';
import { readNotes } from '../notes/read.ts';

/**
 * Repairs what an audit found: the notes' contributor section (the text is given back), and the
 * AUTHOR_MAP (written), which takes every address that the forge named an account for, so that the
 * next run is offline.
 */
export async function fix(
  audit: Audit,
  where: { file: string | undefined; text: string | undefined; config: Config },
): Promise<{ text: string | undefined; mapText?: string }> {
  let text = where.text;
  if (text !== undefined) {
    const remove = audit.unearned ?? [];
    text = fixContributors(text, audit.notes ?? readNotes(text, undefined, where.config.dialect), {
      add: audit.missing ?? [],
      remove,
    });
  }
  const { dialect } = where.config;
  const additions = audit.attribution.people.flatMap(({ login, joins }) =>
    login === undefined
      ? []
      : joins
          .filter(
            (join) =>
              join.reason.startsWith(`${dialect.name}: `) &&
              dialect.noReply(join.what) === undefined,
          )
          .map((join) => ({ login, address: join.what })),
  );
  if (additions.length === 0) return { text };
  const before = (await readIfThere(where.config.authors)) ?? '';
  const mapText = await addToAuthorMap(before, additions);
  if (mapText === before) return { text };
  await mkdir(dirname(where.config.authors), { recursive: true });
  await writeFile(where.config.authors, mapText);
  return { text, mapText };
}
