/** An answer of the gateway that is an error; `status` 0: it could not be reached. */
export class ApiError extends Error {
  constructor(status, message, more = {}) {
    super(message);
    this.status = status;
    this.code = more.code ?? '';
    this.retryAfter = more.retryAfter;
  }
}

/** Asks the gateway. @throws ApiError */
export async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(0, 'The gateway cannot be reached.');
  }
  const data = await response.json().catch(() => undefined);
  if (response.ok && data !== undefined) return data;
  throw new ApiError(
    response.status,
    data?.error?.message ?? `The gateway said ${response.status}.`,
    {
      code: data?.error?.code,
      retryAfter: Number(response.headers.get('retry-after')) || undefined,
    },
  );
}

/** A question may be asked again: a connection can end with the process that was at its other side. */
export async function get(path) {
  for (const wait of [100, 500]) {
    try {
      return await call('GET', path);
    } catch (error) {
      if (error.status !== 0 || !navigator.onLine) throw error;
    }
    await new Promise((done) => setTimeout(done, wait));
  }
  return call('GET', path);
}

export const post = (path, body = {}) => call('POST', path, body);
export const patch = (path, body) => call('PATCH', path, body);
export const del = (path) => call('DELETE', path);
