import { z } from 'zod';

// What the keys of the configuration are made of. `x-unit` and `x-expected` travel into the JSON Schema,
// from which error messages, the example and the documentation are written.

/** A duration in seconds; fractions are allowed. */
export const seconds = (about: string, min = 0) =>
  z.number().min(min).meta({ description: about, 'x-unit': 'seconds' });

/** A whole number of things. */
export const count = (about: string, min: number, max?: number) => {
  const field = z.int().min(min);
  return (max === undefined ? field : field.max(max)).meta({ description: about });
};

/** A size in bytes. */
export const bytes = (about: string, min = 1) =>
  z.int().min(min).meta({ description: about, 'x-unit': 'bytes' });

/** A command as its words; never a shell string. */
export const command = (about: string) =>
  z
    .array(z.string())
    .min(1)
    .meta({ description: about, 'x-expected': 'a list of words, such as [node, agent.js]' });
