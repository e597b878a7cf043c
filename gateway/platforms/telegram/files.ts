import type { Attachment } from '../../core/message.ts';
import type { OpenedFile } from '../platform.ts';
import { reasonOf } from '../shared/transportErrors.ts';
import { type Calls, refusalOf } from './api.ts';

/**
 * Opens a file by its `file_id`: getFile, then a download from the Bot API server (at most 20 MB
 * there, https://core.telegram.org/bots/api#getfile). The address holds the token, so no error names it.
 */
export async function openFile(
  calls: Calls,
  where: { apiRoot: string; token: string; fetch: typeof fetch },
  attachment: Attachment,
  signal: AbortSignal,
): Promise<OpenedFile> {
  let path: string | undefined;
  try {
    path = (await calls.getFile({ file_id: attachment.ref }, signal as never)).file_path;
  } catch (error) {
    const said = refusalOf(error)?.message ?? reasonOf(error);
    throw new Error(`Telegram does not give the file away (${said})`);
  }
  if (path === undefined) throw new Error('Telegram names no path for the file; it is too large');
  if (path.startsWith('/')) {
    throw new Error(
      'the Bot API server runs with --local and keeps files to itself; run it without',
    );
  }
  const root = where.apiRoot.replace(/\/+$/, '');
  let response: Response;
  try {
    response = await where.fetch(`${root}/file/bot${where.token}/${path}`, { signal });
  } catch (error) {
    throw new Error(`the file could not be fetched from Telegram (${reasonOf(error)})`);
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`the file could not be fetched from Telegram (HTTP ${response.status})`);
  }
  const type = attachment.type ?? response.headers.get('content-type') ?? undefined;
  return { body: response.body, ...(type === undefined ? {} : { type }) };
}
