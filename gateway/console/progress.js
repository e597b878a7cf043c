import { get } from './api.js';
import { taken } from './outbox.js';
import { chatOf, isShown, state, update } from './store.js';

/**
 * Brings one event of the gateway into the state. An event may be seen a second time, after a snapshot
 * that has it already: each of these changes can be made twice. `after` asks for what must be read anew.
 */
export function apply(type, data, after) {
  update((s) => changes[type]?.(s, data, after));
}

const changes = {
  accepted(s, { lane, message, text, updateId, who }, after) {
    taken(s, updateId);
    // The gateway's words for it: `/queue TEXT` is kept as TEXT.
    const known = s.asked.get(message) ?? { at: Date.now(), state: 'queued' };
    if (!s.over.has(message)) s.asked.set(message, { ...known, id: message, lane, text, who });
    after.sessions();
  },

  started(s, { lane, turn, session, messages, attempt, at }, after) {
    if (s.turns.has(turn) && s.turns.get(turn).attempt === attempt) return;
    s.turns.set(turn, {
      turn,
      lane,
      session,
      attempt,
      asked: messages.map((id) => ({ id })),
      startedAt: at,
      text: '',
      thought: '',
      steps: [],
      partial: false,
    });
    for (const id of messages) {
      const known = s.asked.get(id) ?? { id, lane, at };
      s.asked.set(id, { ...known, state: 'running', turn });
      if (known.text === undefined) void readText(id);
    }
    after.status();
  },

  text(s, { lane, turn, at, delta }) {
    const known = turnOf(s, turn, lane);
    // More was said in between than we have heard: what we have is not the beginning of it.
    const partial = known.partial || at > known.text.length;
    const text = partial ? known.text + delta : known.text.slice(0, at) + delta;
    s.turns.set(turn, { ...known, partial, text });
  },

  thought(s, { lane, turn, delta }) {
    const known = turnOf(s, turn, lane);
    s.turns.set(turn, { ...known, thought: (known.thought + delta).slice(-2000) });
  },

  plan(s, { lane, turn, entries }) {
    s.turns.set(turn, { ...turnOf(s, turn, lane), plan: entries });
  },

  step(s, { lane, turn, step }) {
    const known = turnOf(s, turn, lane);
    const before = known.steps.find((x) => x.id === step.id);
    const over = step.state === 'started' ? {} : { endedAt: Date.now() };
    const now = { at: Date.now(), ...before, ...step, ...over };
    const steps = before
      ? known.steps.map((x) => (x.id === step.id ? now : x))
      : [...known.steps, now];
    s.turns.set(turn, { ...known, steps, question: undefined });
  },

  asked(s, { lane, turn, question }, after) {
    s.turns.set(turn, { ...turnOf(s, turn, lane), question });
    after.status();
  },

  answered(s, { turn, question }) {
    const known = s.turns.get(turn);
    if (known?.question?.id === question) s.turns.set(turn, { ...known, question: undefined });
  },

  ended(s, { lane, turn, end }, after) {
    const known = s.turns.get(turn);
    // Of a turn whose start was not heard only this page's clock would tell.
    if (known !== undefined && !known.partial) remember(s.began, turn, known.startedAt);
    if (known !== undefined && known.steps.length > 0 && isShown(lane)) {
      // A step that was under way did not go on without its turn.
      const cut = (step) => (step.state === 'started' ? { ...step, state: 'cut' } : step);
      known.steps = known.steps.map(cut);
      remember(s.steps, turn, known.steps);
    }
    if (known !== undefined && isShown(lane) && end !== 'suspended') {
      s.turns.set(turn, { ...known, ended: end, question: undefined });
    } else s.turns.delete(turn);
    after.status();
  },

  settled(s, { lane, message, outcome, error }, after) {
    s.over.add(message);
    if (s.over.size > 500) s.over.delete(s.over.values().next().value);
    const known = s.asked.get(message);
    if (!isShown(lane) || outcome === 'cancelled') {
      if (known?.state === 'queued' || !isShown(lane)) s.asked.delete(message);
    }
    if (s.asked.has(message)) {
      s.asked.set(message, { ...known, state: 'done', settled: true, outcome, error });
    }
    if (isShown(lane)) after.transcript();
    after.room();
    after.sessions();
    after.status();
  },

  said(s, said) {
    s.said.set(said.id, said);
    if (said.message !== undefined) s.asked.delete(said.message);
  },

  /** In chats of other platforms; in ours, the same words come as `said`. */
  notice(s, { lane, text }) {
    if (chatOf(lane) !== undefined) return;
    const id = `notice:${lane}:${text}:${Math.floor(Date.now() / 5000)}`;
    s.said.set(id, { id, lane, text, kind: 'notice', at: Date.now() });
  },

  session(_s, { lane }, after) {
    if (isShown(lane)) after.session();
    else after.sessions();
  },
};

/** Keeps the latest hundred. */
function remember(map, key, value) {
  map.set(key, value);
  if (map.size > 100) map.delete(map.keys().next().value);
}

function turnOf(s, turn, lane) {
  return (
    s.turns.get(turn) ?? {
      turn,
      lane,
      attempt: 1,
      asked: [],
      startedAt: Date.now(),
      text: '',
      thought: '',
      steps: [],
      partial: true,
    }
  );
}

async function readText(id) {
  const { message } = await get(`/api/messages/${encodeURIComponent(id)}`);
  if (!state.asked.has(id)) return;
  update((s) => {
    s.asked.set(id, { ...s.asked.get(id), text: message.text });
  });
}
