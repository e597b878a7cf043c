import { z } from 'zod';
import type { Inbound } from '../../core/message.ts';

const text = z.string().min(1).max(200);

/** What a webhook is sent. `id` is the caller's own: the same id again is the same message. */
const Body = z.strictObject({
  id: text,
  chat: text,
  thread: text.optional(),
  sender: z.strictObject({ id: text, name: text.optional() }).optional(),
  /** A chat of one person: the default. */
  direct: z.boolean().default(true),
  text: z.string().default(''),
  attachments: z
    .array(
      z.strictObject({
        kind: z.enum(['photo', 'video', 'voice', 'document']).default('document'),
        url: z.url({ protocol: /^https?$/ }),
        name: text.optional(),
        type: text.optional(),
        size: z.int().min(0).optional(),
      }),
    )
    .max(20)
    .default([]),
  album: text.optional(),
  /** Seconds to wait for the reply; it then comes in the answer. */
  wait: z.number().min(0).max(600).default(0),
});

export interface WebhookMessage {
  readonly message: Inbound;
  readonly waitSeconds: number;
}

/** Reads a body. @throws Error whose message says which part is wrong. */
export function readBody(body: string, account: string, role: 'owner' | 'guest'): WebhookMessage {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new Error('the body is not JSON');
  }
  const read = Body.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Error(
      `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'not understood'}`,
    );
  }
  const { id, chat, thread, sender, direct, text, attachments, album, wait } = read.data;
  if (text === '' && attachments.length === 0) throw new Error('text or attachments are needed');
  return {
    waitSeconds: wait,
    message: {
      address: { platform: 'webhook', account, chat, ...(thread === undefined ? {} : { thread }) },
      updateId: id,
      sender: {
        id: sender?.id ?? chat,
        ...(sender?.name === undefined ? {} : { name: sender.name }),
        role,
      },
      direct,
      text,
      attachments: attachments.map(({ kind, url, name, type, size }) => ({
        kind,
        ref: url,
        ...(name === undefined ? {} : { name }),
        ...(type === undefined ? {} : { type }),
        ...(size === undefined ? {} : { size }),
      })),
      ...(album === undefined ? {} : { album }),
      context: { id },
    },
  };
}
