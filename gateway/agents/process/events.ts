import { z } from 'zod';

const Usage = z.object({
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  cost: z.number().optional(),
});

/** What a program prints in mode `json-lines`, one a line. Unknown keys are let through. */
const ProgramEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), delta: z.string() }),
  z.object({ type: z.literal('thought'), delta: z.string() }),
  z.object({
    type: z.literal('step'),
    id: z.string().min(1),
    name: z.string().min(1),
    state: z.enum(['started', 'done', 'failed']),
    args: z.unknown().optional(),
    title: z.string().optional(),
    summary: z.string().optional(),
  }),
  z.object({
    type: z.literal('result'),
    /** The whole reply, where it is not what was streamed. */
    text: z.string().optional(),
    error: z.string().optional(),
    usage: Usage.optional(),
  }),
]);

export type ProgramEvent = z.output<typeof ProgramEvent>;

/**
 * Reads one printed line.
 * @throws Error that shows the line's beginning when it is no event.
 */
export function readEvent(line: string): ProgramEvent {
  const start = JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`printed a line that is not JSON: ${start}`);
  }
  const event = ProgramEvent.safeParse(value);
  if (event.success) return event.data;
  const where = event.error.issues[0]?.path.join('.') ?? '';
  throw new Error(`printed an event that is not understood (${where || 'type'}): ${start}`);
}
