import { type APIMessage, Routes } from 'discord-api-types/v10';
import type { Attachment } from '../../core/message.ts';
import type { OpenedFile } from '../platform.ts';
import { openUrl } from '../shared/safeGet.ts';
import { type REST, saysOf } from './rest.ts';

/** Opens a file by its message: its link is asked for anew, since Discord's links expire after a day. */
export async function openFile(
  rest: REST,
  apiBase: string,
  attachment: Attachment,
  signal: AbortSignal,
): Promise<OpenedFile> {
  const [channel = '', message = '', id = ''] = attachment.ref.split('/');
  let found: APIMessage;
  try {
    found = (await rest.get(Routes.channelMessage(channel, message), { signal })) as APIMessage;
  } catch (error) {
    throw new Error(`the message that holds the file cannot be read (${saysOf(error)})`);
  }
  const file = found.attachments.find((a) => a.id === id);
  if (file === undefined) throw new Error('the message no longer holds the file');
  return openUrl(file.url, { signal, timeoutMs: 60_000, trusted: [new URL(apiBase).origin] });
}
