import { createParser } from 'eventsource-parser';
import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources';
import { wordsOf } from './errorWords.ts';

/** An endpoint said that it failed, in place of an answer or in the middle of one. */
export class EndpointError extends Error {
  override readonly name: string = 'EndpointError';
  /** An HTTP status, where it names one or the failure is like one. */
  readonly status: number | undefined;

  constructor(words: string, status?: number) {
    super(words);
    this.status = status;
  }
}

/** What came is not an answer of a model at all. Its message says what it is: "it sent …". */
export class NoAnswer extends EndpointError {
  override readonly name = 'NoAnswer';
}

/** A body that is no stream is read as a whole; this is more than any model says. In characters. */
const LARGEST = 16 << 20;

type Take = (chunk: ChatCompletionChunk | ChatCompletion) => void;

/**
 * Reads an answer as endpoints send them: a stream of events, or one JSON object though a stream was asked
 * for. Which of them is seen from how it begins; content types are often wrong. `take` gets each part.
 * Resolves with whether the endpoint said that this is all (`[DONE]`, or a whole object).
 * @throws EndpointError for an error in place of an answer, whatever the status was; NoAnswer for a web page,
 * for nothing, and for what is no JSON.
 */
export async function readAnswer(response: Response, take: Take): Promise<boolean> {
  const decoder = new TextDecoder();
  const stream = new EventReader(take);
  let head = '';
  let streams = false;
  for await (const bytes of response.body ?? []) {
    const text = decoder.decode(bytes, { stream: true });
    if (streams) stream.feed(text);
    else {
      head += text;
      // DeepSeek keeps a slow answer alive with empty lines before the object.
      const first = head.trimStart()[0];
      if (first === undefined) continue;
      streams = !'{[<'.includes(first);
      if (streams) stream.feed(head);
      else if (head.length > LARGEST) throw new NoAnswer('it sent more than any answer is long');
    }
    if (stream.done) break;
  }
  if (streams) return stream.end();
  whole(head.trim(), take);
  return true;
}

/** @throws NoAnswer for a web page: a login, or the front of what has its API elsewhere. */
export function refusePage(body: string): void {
  if (!body.trimStart().startsWith('<')) return;
  const title = /<title>\s*([^<]{1,80})/i.exec(body)?.[1]?.trim();
  const called = title === undefined ? '' : ` called "${title}"`;
  throw new NoAnswer(`it sent a web page${called}, so this is not an API; check base_url`);
}

/** An answer in one piece. Some servers end it as if it were a stream. */
function whole(body: string, take: Take): void {
  if (body === '') throw new NoAnswer('it sent nothing', 502);
  refusePage(body);
  const json = parsed(body.replace(/\s*data:\s*\[DONE\]\s*$/, ''));
  complain(json);
  if (!('choices' in json)) throw new NoAnswer('it sent JSON that is no answer; check base_url');
  take(json as ChatCompletion);
}

/** Events as they come. */
class EventReader {
  readonly #parser = createParser({ onEvent: ({ event, data }) => this.#event(event, data) });
  readonly #take: Take;
  done = false;

  constructor(take: Take) {
    this.#take = take;
  }

  feed(text: string): void {
    this.#parser.feed(text);
  }

  /** A last event counts without the empty line behind it, too; one that broke off in the middle does not. */
  end(): boolean {
    try {
      this.#parser.feed('\n\n');
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
    return this.done;
  }

  #event(event: string | undefined, data: string): void {
    if (this.done || data.trim() === '') return;
    if (data.trim() === '[DONE]') {
      this.done = true;
      return;
    }
    const json = parsed(data);
    complain(event === 'error' ? { error: json } : json);
    this.#take(json as ChatCompletionChunk);
  }
}

function parsed(text: string): object {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json;
  } catch {
    // Said below.
  }
  throw new NoAnswer('it sent something that is no answer; is base_url right?');
}

/** @throws EndpointError where an object is an error. Many chunks have an `error` that is null. */
function complain(json: object): void {
  const { error, choices, object } = json as Record<string, unknown>;
  const fails =
    Boolean(error) || object === 'error' || (choices === undefined && !('usage' in json));
  if (!fails) return;
  const { words, status } = wordsOf(json);
  if (words !== undefined) throw new EndpointError(words, status);
}
