import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ReadTextFileRequest, WriteTextFileRequest } from '@agentclientprotocol/sdk';
import { confine } from './confine.ts';

const READ_LIMIT = 8 * 1_048_576;

/** fs/read_text_file, confined to `root`. `line` counts from 1. */
export async function readTextFile(
  root: string,
  request: Pick<ReadTextFileRequest, 'path' | 'line' | 'limit'>,
): Promise<{ content: string }> {
  const path = await confine(root, request.path);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = await file.stat();
    if (size > READ_LIMIT) throw new Error(`${request.path} is too large (${size} bytes)`);
    const text = await file.readFile('utf8');
    if (request.line == null && request.limit == null) return { content: text };
    const from = Math.max(1, request.line ?? 1) - 1;
    const to = request.limit == null ? undefined : from + request.limit;
    return { content: text.split('\n').slice(from, to).join('\n') };
  } finally {
    await file.close();
  }
}

/** fs/write_text_file, confined to `root`. */
export async function writeTextFile(
  root: string,
  request: Pick<WriteTextFileRequest, 'path' | 'content'>,
): Promise<void> {
  const path = await confine(root, request.path);
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  try {
    await file.writeFile(request.content);
  } finally {
    await file.close();
  }
}
