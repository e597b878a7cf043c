import { onTestFinished } from 'vitest';

export interface SseEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** Follows an event stream over a real connection, ended with the test. */
export class Follower {
  readonly events: SseEvent[] = [];
  ended = false;
  readonly #abort = new AbortController();

  constructor(url: string, lastId?: string) {
    onTestFinished(() => this.close());
    void this.#follow(url, lastId).catch(() => {
      this.ended = true;
    });
  }

  of(type: string): SseEvent[] {
    return this.events.filter((e) => e.type === type);
  }

  close(): void {
    this.#abort.abort();
  }

  async #follow(url: string, lastId: string | undefined): Promise<void> {
    const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
    const response = await fetch(url, { headers, signal: this.#abort.signal });
    let text = '';
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const parts = text.split('\n\n');
      text = parts.pop() as string;
      for (const part of parts) this.#take(part);
    }
    this.ended = true;
  }

  #take(part: string): void {
    const field = (name: string) =>
      part
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    const data = field('data');
    if (data === undefined) return;
    this.events.push({
      id: field('id') ?? '',
      type: field('event') ?? 'message',
      data: JSON.parse(data),
    });
  }
}
