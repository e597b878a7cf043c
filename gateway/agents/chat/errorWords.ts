/** What an endpoint says of an error, and the status that it names there. */
export interface ErrorWords {
  readonly words?: string;
  readonly status?: number;
}

/**
 * The words of an error in the shapes that endpoints have for it: OpenAI's `{error: {message}}`, Ollama's
 * `{error: "…"}`, Gemini's list of one, FastAPI's `{detail}` (a text, or a list of complaints), vLLM's and
 * Mistral's `{object: "error", message}`, where the message may again be one of these.
 */
export function wordsOf(body: unknown): ErrorWords {
  if (typeof body === 'string') return wordsOfText(body.trim());
  if (Array.isArray(body)) return wordsOfList(body);
  if (typeof body !== 'object' || body === null) return {};
  const { error, message, detail, msg, loc, code, status } = body as Record<string, unknown>;
  const numbered = statusOf(code) ?? statusOf(status);
  for (const inner of [error, message, detail]) {
    const found = wordsOf(inner);
    if (found.words === undefined) continue;
    const named = found.status ?? numbered;
    return { words: found.words, ...(named === undefined ? {} : { status: named }) };
  }
  if (typeof msg !== 'string') return {};
  const where = Array.isArray(loc) ? `${loc.join('.')}: ` : '';
  return { words: where + msg };
}

/** Proxies pass another server's answer on as a text. */
function wordsOfText(text: string): ErrorWords {
  if (text === '') return {};
  if (!/^[{[]/.test(text)) return { words: text };
  try {
    const inner = wordsOf(JSON.parse(text));
    return inner.words === undefined ? { words: text } : inner;
  } catch {
    return { words: text };
  }
}

function wordsOfList(list: readonly unknown[]): ErrorWords {
  const all = list.map(wordsOf).filter((one) => one.words !== undefined);
  const status = all.find((one) => one.status !== undefined)?.status;
  if (all.length === 0) return {};
  const words = all.map((one) => one.words).join('; ');
  return { words, ...(status === undefined ? {} : { status }) };
}

function statusOf(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number >= 400 && number < 600 ? number : undefined;
}

/** The endpoint says that prompt and answer do not fit into what the model can look at. */
export function isTooLong(words: string): boolean {
  return /context[ _-]?(?:length|size|window|overflow)|maximum context|too many tokens|prompt is too long|input is too long|exceeds? the (?:available|model).{0,20}context|reduce the length|n_ctx|context the overflows/i.test(
    words,
  );
}

/** It does not know the field that asks for the usage of a stream. */
export function knowsNoStreamOptions(words: string): boolean {
  return /stream_options|include_usage/i.test(words);
}

/** The model's template has no system prompt, or wants questions and answers to alternate strictly. */
export function wantsNoSystem(words: string): boolean {
  return /roles must alternate|system role|role.{0,12}system.{0,30}(?:not|un)|only user(?:,| and) assistant/i.test(
    words,
  );
}
