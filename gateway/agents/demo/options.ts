import { z } from 'zod';

/** The demonstration agent has nothing to set. */
export const DemoOptions = z
  .strictObject({ type: z.literal('demo') })
  .meta({ description: 'The embedded demonstration agent: no account, no key, no network.' });

export type DemoOptions = z.output<typeof DemoOptions>;
