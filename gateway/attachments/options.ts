import { z } from 'zod';

const bytes = (about: string) => z.int().min(1).meta({ description: about, 'x-unit': 'bytes' });

/** What is done with the files that people send. */
export const attachmentsOptions = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether files are fetched for the agent.' }),
  max_size: bytes('A larger file is not fetched; the agent is told so.').default(20_971_520),
  max_count: z.int().min(1).default(10).meta({
    description: 'So many files of one turn are fetched; the agent is told of the others.',
  }),
  types: z
    .array(z.string().regex(/^(\*|[\w.+-]+)\/(\*|[\w.+-]+)$/))
    .default(['*/*'])
    .meta({ description: 'Media types that are fetched, such as image/* or application/pdf.' }),
  total: bytes('The store is kept below this by removing its oldest files.').default(1_073_741_824),
  keep: z.number().min(60).default(2_592_000).meta({
    description: 'Files that were not used for this long are removed.',
    'x-unit': 'seconds',
  }),
  folder: z.string().regex(/^\//).optional().meta({
    description:
      'A folder that every machine with the same journal sees, by its full path. Absent: files are in the home, and in a shared journal, too.',
  }),
  timeout: z.number().min(1).default(60).meta({
    description: 'The longest time to fetch one file.',
    'x-unit': 'seconds',
  }),
});

export type AttachmentsOptions = z.output<typeof attachmentsOptions>;
