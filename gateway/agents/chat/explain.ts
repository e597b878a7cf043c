import { APIConnectionError, APIError } from 'openai';
import { CUT_OFF } from './answer.ts';
import { EndpointError, NoAnswer } from './endpoint.ts';
import { isTooLong } from './errorWords.ts';

/** The words that an endpoint refused a request with, whichever way they came; empty where it had none. */
export function refusalWords(error: unknown): string {
  return error instanceof APIError || error instanceof EndpointError ? error.message : '';
}

/** One line for the person, with a way out and without the key. */
export function explain(error: unknown, where: string, key: string | undefined): string {
  const clean = (text: string) => (key === undefined ? text : text.replaceAll(key, '(the key)'));
  if (error instanceof APIConnectionError) {
    return `The model endpoint ${where} cannot be reached; is it running?`;
  }
  if (error instanceof NoAnswer) {
    return `The model endpoint ${where} gave no answer: ${clean(error.message)}.`;
  }
  // What fetch throws when the body breaks off.
  if (error instanceof TypeError) return CUT_OFF;
  if (!(error instanceof APIError) && !(error instanceof EndpointError)) {
    return clean((error as Error).message);
  }
  const said = clean(error.message).slice(0, 300);
  if (isTooLong(said)) {
    return `The message is longer than the model at ${where} can look at (${said}); send less at once, or give the model a larger context.`;
  }
  switch (error.status) {
    case 401:
    case 403:
      return `The model endpoint ${where} refused the API key (${said}); check api_key_env or api_key_file.`;
    case 404:
      return `The model endpoint ${where} does not know the model or the address (${said}); check model and base_url.`;
    case 429:
      return `The model endpoint ${where} is over its limit (${said}); try again later.`;
    default:
      return `The model endpoint ${where} failed: ${said}.`;
  }
}
