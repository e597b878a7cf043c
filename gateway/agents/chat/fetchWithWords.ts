import { wordsOf } from './errorWords.ts';

/**
 * The runtime's `fetch`, which puts the words of an error where the library looks for them: it knows one
 * shape of an error's body, and says "no body" of all others.
 */
export async function fetchWithWords(
  url: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  const response = await fetch(url, init);
  if (response.ok) return response;
  const { status, statusText } = response;
  const message = saidIn(await response.text()) ?? statusText;
  const headers = new Headers({ 'content-type': 'application/json' });
  const retryAfter = response.headers.get('retry-after');
  if (retryAfter !== null) headers.set('retry-after', retryAfter);
  return new Response(JSON.stringify({ error: { message } }), { status, headers });
}

/** A proxy's error page says the most in its title. */
function saidIn(body: string): string | undefined {
  try {
    return wordsOf(JSON.parse(body)).words;
  } catch {
    const title = /<title>\s*([^<]{1,200})/i.exec(body)?.[1]?.trim();
    if (title !== undefined) return title;
    return body.trim() === '' || body.trimStart().startsWith('<') ? undefined : body.trim();
  }
}
