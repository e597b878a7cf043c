import { html } from './view.js';

/** What a conversation has used so far, as its agent tells it; nothing where it does not. */
export function Used({ session }) {
  const { inputTokens, outputTokens, cost } = session?.usage ?? {};
  const parts = [];
  if (session?.agent) parts.push(session.agent);
  if (session?.model) parts.push(session.model);
  if (inputTokens !== undefined) parts.push(`${short(inputTokens)} in`);
  if (outputTokens !== undefined) parts.push(`${short(outputTokens)} out`);
  if (cost !== undefined) parts.push(`$${cost.toFixed(cost < 0.1 ? 4 : 2)}`);
  if (parts.length === 0) return null;
  return html`<span class="used" title="Agent and model chosen here, tokens and cost so far">${parts.join(' · ')}</span>`;
}

function short(tokens) {
  return tokens < 10_000 ? String(tokens) : `${(tokens / 1000).toFixed(0)}k`;
}
