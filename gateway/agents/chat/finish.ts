/** Why an answer ended: by itself, at a limit, by a filter, for a tool, or with an error. */
export type Finish = 'stop' | 'length' | 'filter' | 'tools' | 'error';

/** The words for it beside OpenAI's: Gemini's, Mistral's, Zhipu's, Anthropic's behind a proxy, OpenRouter's. */
const WORDS: Readonly<Record<string, Finish>> = {
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_length: 'length',
  content_filter: 'filter',
  safety: 'filter',
  recitation: 'filter',
  prohibited_content: 'filter',
  blocklist: 'filter',
  sensitive: 'filter',
  tool_calls: 'tools',
  function_call: 'tools',
  tool_use: 'tools',
  error: 'error',
  network_error: 'error',
};

/** Undefined while an answer goes on. A word that is not known is an end like any other. */
export function finishOf(reason: unknown): Finish | undefined {
  if (typeof reason !== 'string' || reason === '') return undefined;
  return WORDS[reason.toLowerCase()] ?? 'stop';
}
