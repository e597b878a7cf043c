import type { AcpProcess } from './acpProcess.ts';

/**
 * Text into a running prompt. The protocol has no such thing; codex-acp offers it as the extension
 * `_session/steering` (docs/steering.md there), and says so in the metadata of its `initialize` answer.
 */
const METHOD = '_session/steering';

/** Puts text into the session's running prompt. `false`: there is none any more, or the agent would not. */
export async function steerSession(
  process: AcpProcess,
  sessionId: string,
  text: string,
): Promise<boolean> {
  if (!process.steers) return false;
  const request = process.agent.request<{ outcome?: string }>(METHOD, {
    sessionId,
    prompt: [{ type: 'text', text }],
    // Without a running prompt it is to start none: the message is in our queue.
    _meta: { steering: { idleBehavior: 'promptRequired' } },
  });
  const answer = await process.bounded(request, METHOD).catch(() => undefined);
  return answer?.outcome === 'injected';
}
