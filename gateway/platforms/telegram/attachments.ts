import type { Message } from 'grammy/types';
import type { Attachment, AttachmentKind } from '../../core/message.ts';

interface TelegramFile {
  readonly file_id: string;
  readonly file_size?: number;
  readonly file_name?: string;
  readonly mime_type?: string;
}

/** The files of a message, by their handles (`file_id`). */
export function attachmentsOf(message: Message): Attachment[] {
  const found: Attachment[] = [];
  const add = (kind: AttachmentKind, file: TelegramFile | undefined, type?: string) => {
    if (file === undefined) return;
    const mime = file.mime_type ?? type;
    found.push({
      kind,
      ref: file.file_id,
      ...(file.file_name === undefined ? {} : { name: file.file_name }),
      ...(mime === undefined ? {} : { type: mime }),
      ...(file.file_size === undefined ? {} : { size: file.file_size }),
    });
  };
  // Telegram lists a photo in several sizes, the largest last.
  add('photo', message.photo?.at(-1), 'image/jpeg');
  add('video', message.video);
  add('video', message.video_note, 'video/mp4');
  add('voice', message.voice, 'audio/ogg');
  add('document', message.audio);
  // An animation is sent as a document too; it is one file.
  add(message.animation === undefined ? 'document' : 'video', message.document);
  return found;
}

/** What a message without text or file says, in words. Empty for service messages. */
export function wordsOf(message: Message): string {
  if (message.sticker !== undefined)
    return `[sticker ${message.sticker.emoji ?? ''}]`.replace(' ]', ']');
  if (message.venue !== undefined) {
    const { title, address, location } = message.venue;
    return `[place: ${title}, ${address} (${location.latitude}, ${location.longitude})]`;
  }
  if (message.location !== undefined) {
    return `[location: ${message.location.latitude}, ${message.location.longitude}]`;
  }
  if (message.contact !== undefined) {
    const { first_name, last_name, phone_number } = message.contact;
    return `[contact: ${[first_name, last_name].filter(Boolean).join(' ')}, ${phone_number}]`;
  }
  if (message.poll !== undefined) {
    return `[poll: ${message.poll.question} (${message.poll.options.map((o) => o.text).join(' / ')})]`;
  }
  if (message.dice !== undefined) return `[${message.dice.emoji} ${message.dice.value}]`;
  return '';
}
