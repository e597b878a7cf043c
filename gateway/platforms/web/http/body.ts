import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.ts';

/** Deeper than any request of the API; deeper ones are an attack on whoever walks them. */
const MAX_DEPTH = 64;

export interface JsonBody {
  readonly value: unknown;
  /** As it came: what tells a retry from another request. */
  readonly raw: string;
}

/**
 * Reads a JSON body.
 * @throws Problem 413 (too large), 415 (not JSON), 400 (not UTF-8, malformed, too deep, empty).
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<JsonBody> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new Problem(
      415,
      'not_json',
      'Send the body as JSON, with "Content-Type: application/json".',
    );
  }
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Problem(415, 'encoded', 'Send the body without a Content-Encoding.');
  }
  return parseJson(await readBytes(request, limit));
}

/**
 * @throws Problem 400 that says what is wrong with the text.
 */
export function parseJson(bytes: Uint8Array): JsonBody {
  let raw: string;
  try {
    raw = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem(400, 'not_utf8', 'The body is not valid UTF-8.');
  }
  if (raw.trim() === '')
    throw new Problem(400, 'empty', 'The body is empty; a JSON object is expected.');
  if (tooDeep(raw)) {
    throw new Problem(400, 'too_deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  }
  try {
    return { value: JSON.parse(raw) as unknown, raw };
  } catch (error) {
    throw new Problem(400, 'malformed_json', `The body is not valid JSON: ${brief(error)}`);
  }
}

async function readBytes(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new Problem(
      413,
      'too_large',
      `The body is larger than ${limit} bytes (platforms.web.max_body).`,
      {
        // What is left of the body is not read, so the connection cannot be used again.
        headers: { connection: 'close' },
      },
    );
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.pause();
        reject(tooLarge());
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    const cutOff = () => reject(new Problem(400, 'cut_off', 'The request was cut off.'));
    request.on('error', cutOff);
    // Every request closes in the end; an error for those that are whole would only cost its stack.
    request.on('close', () => {
      if (!request.complete) cutOff();
    });
  });
}

function tooDeep(json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
  return false;
}

function brief(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}
