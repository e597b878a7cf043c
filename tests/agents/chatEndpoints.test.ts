import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type {} from '../../gateway/agents/agent.ts';
import { createChatAgent } from '../../gateway/agents/chat/chatAgent.ts';
import { ChatOptions } from '../../gateway/agents/chat/options.ts';
import { type RawAnswer, type RawEndpoint, rawEndpoint } from '../fakes/agents/rawEndpoint.ts';
import { tempDir } from '../harness/temp.ts';
import { systemClock } from './clock.ts';
import { within } from './contract.ts';
import { agentDeps, Recorder, type TurnMore, turnInput } from './recorder.ts';

/** One endpoint as people met it. */
interface Case {
  /** Whose server, and what it does. */
  readonly name: string;
  /** Where that is told: a public report, or a server's own documentation. */
  readonly source: string;
  readonly answers: readonly RawAnswer[];
  readonly input?: TurnMore;
  readonly options?: object;
  readonly end?: 'answered' | 'failed';
  readonly text?: string;
  readonly error?: RegExp;
  readonly thought?: string;
  /** What was shown as it came turned out to be reasoning. */
  readonly restated?: boolean;
  readonly requests?: number;
  readonly sent?: (bodies: RawEndpoint['bodies']) => void;
}

const chunk = (choice: object | undefined, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: choice === undefined ? [] : [{ index: 0, ...choice }], ...more })}\n\n`;
const says = (content: unknown, finish_reason: string | null = null) =>
  chunk({ delta: { content }, finish_reason });
const STOP = chunk({ delta: {}, finish_reason: 'stop' });
const DONE = 'data: [DONE]\n\n';
const stream = (...body: string[]): RawAnswer => ({ body });
const json = (body: unknown, more: Partial<RawAnswer> = {}): RawAnswer => ({
  type: 'application/json',
  body: [JSON.stringify(body)],
  ...more,
});
const whole = (content: unknown, more: object = {}) => ({
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content, ...more }, finish_reason: 'stop' }],
});
const GOOD = stream(says('fine'), STOP, DONE);
const history = [
  { role: 'user', text: 'q1 '.repeat(300) },
  { role: 'assistant', text: 'a1 '.repeat(300) },
  { role: 'user', text: 'q2 '.repeat(100) },
  { role: 'assistant', text: 'a2 '.repeat(100) },
] as const;
const SHORTENED = /^fine\n\n\(The conversation is longer than the model can look at; .*\)$/;
const report = (where: string) => `https://github.com/${where}`;

const CASES: readonly Case[] = [
  {
    name: 'one-api before Gemini and Claude: [DONE], and no finish reason',
    source: report('songquanpeng/one-api/issues/1299'),
    answers: [stream(says('fi'), says('ne'), DONE)],
    text: 'fine',
  },
  {
    name: 'Ollama: an empty word as the finish reason of each chunk',
    source: report('ollama/ollama/issues/4357'),
    answers: [stream(says('fi', ''), says('ne', ''), STOP, DONE)],
    text: 'fine',
  },
  {
    name: 'Gemini behind LiteLLM: each chunk says "stop"',
    source: report('BerriAI/litellm/issues/2195'),
    answers: [stream(says('fi', 'stop'), says('ne', 'stop'), DONE)],
    text: 'fine',
  },
  {
    name: 'Gemini: finish reasons in capitals',
    source: report('higress-group/higress/pull/2408'),
    answers: [stream(says('so far'), chunk({ delta: {}, finish_reason: 'MAX_TOKENS' }), DONE)],
    text: "so far\n\n(The model's output limit was reached; the answer ends here.)",
  },
  {
    name: 'a server that streams nothing: JSON though a stream was asked for',
    source: report('tinyhumansai/tinyagents/pull/56'),
    answers: [json(whole('fine'))],
    text: 'fine',
  },
  {
    name: '9Router: a whole object under the type of a stream, with the end of one',
    source: report('decolua/9router/issues/3492'),
    answers: [stream(JSON.stringify(whole('fine')), '\n\ndata: [DONE]\n\n')],
    text: 'fine',
  },
  {
    name: 'a proxy that streams under the type of JSON',
    source: report('Wei-Shaw/sub2api/issues/2826'),
    answers: [{ ...GOOD, type: 'application/json' }],
    text: 'fine',
  },
  {
    name: 'DeepSeek under load: empty lines, then JSON',
    source: report('AstrBotDevs/AstrBot/issues/261'),
    answers: [{ type: 'application/json', body: ['\n', '\n\n', JSON.stringify(whole('fine'))] }],
    text: 'fine',
  },
  {
    name: 'DeepSeek under load: comments in the stream',
    source: report('tmc/langchaingo/issues/942'),
    answers: [stream(': keep-alive\n\n', ': keep-alive\n\n', says('fine'), STOP, DONE)],
    text: 'fine',
  },
  {
    name: 'events cut anywhere, with CRLF, and the last one without its empty line',
    source: 'https://html.spec.whatwg.org/multipage/server-sent-events.html',
    answers: [
      stream('da', `ta:${says('fi').slice(5).trim()}\r`, '\n\r\n', says('ne'), STOP.trim()),
    ],
    text: 'fine',
  },
  {
    name: 'Mistral: content as a list of parts, one of them what the model thought',
    source: report('vercel/ai/pull/8072'),
    answers: [
      stream(
        says([{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }]),
        says([{ type: 'text', text: 'fine' }]),
        STOP,
        DONE,
      ),
    ],
    text: 'fine',
    thought: 'hm',
  },
  {
    name: 'DeepSeek R1 on Ollama: reasoning in the text, its tags cut in two',
    source: report('vllm-project/vllm/issues/21130'),
    answers: [
      stream(
        says('\n<th'),
        says('ink>\nhm, a <b'),
        says('</thi'),
        says('nk>\n\nfi'),
        says('ne'),
        STOP,
        DONE,
      ),
    ],
    text: 'fine',
    thought: '\nhm, a <b',
  },
  {
    name: 'the same, shown',
    source: report('vllm-project/vllm/issues/21130'),
    options: { reasoning: 'show' },
    answers: [stream(says('<think>hm</think>\n\nfine'), STOP, DONE)],
    text: 'hm\n\nfine',
  },
  {
    name: 'the same, quoted',
    source: report('vllm-project/vllm/issues/21130'),
    options: { reasoning: 'quote' },
    answers: [stream(says('<think>one\ntwo</think>\n\nfine'), STOP, DONE)],
    text: '> one\n> two\n\nfine',
  },
  {
    name: 'R1 on vLLM: the template has kept the opening tag to itself',
    source: report('vllm-project/vllm/issues/12999'),
    answers: [stream(says('Alright, a greeting.\n'), says('</think>\n\nfine'), STOP, DONE)],
    text: 'fine',
    restated: true,
  },
  {
    name: 'the same of a model that is named for it: not shown before its end is seen',
    source: report('vllm-project/vllm/issues/31045'),
    options: { model: 'Qwen3-235B-A22B-Thinking-2507' },
    answers: [
      stream(says('Alright, a greeting.\n</th'), says('ink>\n\nfi'), says('ne'), STOP, DONE),
    ],
    text: 'fine',
    thought: 'Alright, a greeting.\n',
  },
  {
    name: 'such a model that did not think',
    source: report('ggml-org/llama.cpp/issues/12107'),
    options: { model: 'deepseek-r1:14b' },
    answers: [stream(says('fi'), says('ne'), STOP, DONE)],
    text: 'fine',
  },
  {
    name: 'such a model whose reasoning comes in a field, or with both tags',
    source: report('deepseek-ai/DeepSeek-R1/issues/352'),
    options: { model: 'qwq-32b' },
    answers: [
      stream(
        chunk({ delta: { reasoning_content: 'hm' } }),
        says('<think>hm</think>'),
        says('\nfine'),
        STOP,
        DONE,
      ),
    ],
    text: 'fine',
    thought: 'hmhm',
  },
  {
    name: 'a model that writes about such tags is left alone',
    source: report('ggml-org/llama.cpp/issues/11861'),
    answers: [
      stream(
        says('Write <think> and </think> around it:\n```\n</think>\n```\nlike so'),
        STOP,
        DONE,
      ),
    ],
    text: 'Write <think> and </think> around it:\n```\n</think>\n```\nlike so',
  },
  {
    name: 'vLLM with the wrong reasoning parser: the whole answer is called reasoning',
    source: report('vllm-project/vllm/issues/53284'),
    answers: [stream(chunk({ delta: { reasoning_content: 'fine' } }), STOP, DONE)],
    text: 'fine\n\n(The endpoint called all of this reasoning, and gave no other answer.)',
  },
  {
    name: 'Azure: a first chunk without choices',
    source: report('AbanteAI/archive-old-cli-mentat/issues/429'),
    answers: [stream(chunk(undefined, { prompt_filter_results: [] }), says('fine'), STOP, DONE)],
    text: 'fine',
  },
  {
    name: 'Mistral: does not know stream_options',
    source: report('avante-corp/avante.nvim/issues/2347'),
    answers: [
      json(
        {
          object: 'error',
          message: {
            detail: [
              {
                type: 'extra_forbidden',
                loc: ['body', 'stream_options', 'include_usage'],
                msg: 'Extra inputs are not permitted',
              },
            ],
          },
        },
        { status: 422 },
      ),
      GOOD,
    ],
    text: 'fine',
    requests: 2,
    sent: (bodies) => expect(bodies[1]).not.toHaveProperty('stream_options'),
  },
  {
    name: 'vLLM: the conversation is longer than the context',
    source: report('vllm-project/vllm/issues/20409'),
    input: { history },
    answers: [
      json(
        {
          object: 'error',
          message:
            "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens. Please reduce the length of the messages.",
          code: 400,
        },
        { status: 400 },
      ),
      GOOD,
    ],
    text: SHORTENED.source,
    requests: 2,
    sent: (bodies) => expect(bodies.map((b) => b.messages.length)).toEqual([5, 3]),
  },
  {
    name: 'llama.cpp: the same, as status 500, and half of it is too long, too',
    source: report('ggml-org/llama.cpp/pull/15780'),
    input: { history },
    answers: [
      ...Array.from({ length: 2 }, () =>
        json(
          {
            error: {
              code: 500,
              message:
                'the request exceeds the available context size. try increasing the context size or enable context shift',
              type: 'exceed_context_size_error',
            },
          },
          { status: 500 },
        ),
      ),
      GOOD,
    ],
    text: SHORTENED.source,
    requests: 3,
    sent: (bodies) => expect(bodies.map((b) => b.messages.length)).toEqual([5, 3, 1]),
  },
  {
    name: 'LM Studio: the same, as an event of a stream with status 200',
    source: report('lmstudio-ai/lmstudio-bug-tracker/issues/2322'),
    input: { history },
    answers: [
      stream(
        'event: error\ndata: {"error":{"message":"The number of tokens to keep from the initial prompt is greater than the context length"},"message":"…"}\n\n',
      ),
      GOOD,
    ],
    text: SHORTENED.source,
    requests: 2,
  },
  {
    name: 'the message alone is longer than the context',
    source: report('lmstudio-ai/lmstudio-bug-tracker/issues/546'),
    answers: [
      json(
        {
          error: { message: 'Trying to keep the first 111490 tokens when context the overflows.' },
        },
        { status: 400 },
      ),
    ],
    end: 'failed',
    error: /^The message is longer than the model at .* can look at \(.*\); send less at once/,
    requests: 1,
  },
  {
    name: 'LM Studio: nothing at all instead of "too long"',
    source: report('lmstudio-ai/lmstudio-bug-tracker/issues/2339'),
    answers: [stream(STOP, DONE)],
    end: 'failed',
    error: /empty answer.*context_tokens/,
    requests: 1,
  },
  {
    name: 'vLLM and llama.cpp: a template that has no system prompt',
    source: report('microsoft/autogen/issues/1037'),
    options: { system_prompt_file: 'system.md' },
    answers: [
      json(
        { object: 'error', message: 'Conversation roles must alternate user/assistant/user/...' },
        { status: 400 },
      ),
      GOOD,
    ],
    text: 'fine',
    requests: 2,
    sent: (bodies) =>
      expect(bodies[1]?.messages).toEqual([{ role: 'user', content: 'Be brief.\n\nhello' }]),
  },
  {
    name: 'Devstral on llama.cpp: two questions after one another',
    source: report('eclipse-theia/theia/issues/17104'),
    input: {
      history: [
        { role: 'user', text: 'one' },
        { role: 'user', text: 'two' },
      ],
    },
    answers: [GOOD],
    text: 'fine',
    sent: (bodies) =>
      expect(bodies[0]?.messages).toEqual([{ role: 'user', content: 'one\n\ntwo\n\nhello' }]),
  },
  {
    name: 'OpenRouter: the provider failed before the first word',
    source: report('diegosouzapw/OmniRoute/pull/8210'),
    answers: [
      stream(chunk(undefined, { error: { code: 502, message: 'Worker request limit reached' } })),
      GOOD,
    ],
    text: 'fine',
    requests: 2,
  },
  {
    name: 'OpenRouter: the provider failed in mid-answer',
    source: report('damianvtran/local-operator/pull/223'),
    answers: [
      stream(
        says('so far'),
        chunk(
          { delta: { content: '' }, finish_reason: 'error' },
          { error: { code: 'server_error', message: 'Provider disconnected unexpectedly' } },
        ),
      ),
    ],
    end: 'failed',
    text: 'so far',
    error: /failed: Provider disconnected unexpectedly/,
    requests: 1,
  },
  {
    name: 'LiteLLM before DeepSeek: the connection breaks in mid-answer',
    source: report('preloop/preloop/issues/117'),
    answers: [{ ...stream(says('so far')), cut: true }],
    end: 'failed',
    text: 'so far',
    error: /ended in mid-answer/,
    requests: 1,
  },
  {
    name: 'a gateway that ends the stream with no word of an end',
    source: report('anomalyco/opencode/issues/39968'),
    answers: [stream(says('so far'))],
    end: 'failed',
    text: 'so far',
    error: /ended in mid-answer/,
    requests: 1,
  },
  {
    name: 'the connection breaks before the first word: asked again',
    source: report('CommandCodeAI/command-code/issues/785'),
    answers: [{ ...stream(': ping\n\n'), cut: true }, stream(': ping\n\n'), GOOD],
    text: 'fine',
    requests: 3,
  },
  {
    name: 'a proxy whose stream is empty: asked again, and said',
    source: report('earendil-works/pi/issues/2537'),
    options: { max_retries: 1 },
    answers: [stream()],
    end: 'failed',
    error: /gave no answer: it sent nothing/,
    requests: 2,
  },
  {
    name: 'llama.cpp: the model is being loaded',
    source: report('mostlygeek/llama-swap/issues/146'),
    answers: [
      json(
        { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
        { status: 503 },
      ),
      GOOD,
    ],
    text: 'fine',
    requests: 2,
  },
  {
    name: 'Gemini: an error as a list of one',
    source: report('SuzumiyaAkizuki/ComfyUI-NewBie-LLM-Formatter/issues/3'),
    answers: [
      json([{ error: { code: 400, message: 'Invalid JSON payload received.' } }], { status: 400 }),
    ],
    end: 'failed',
    error: /failed: .*Invalid JSON payload received/,
  },
  {
    name: 'a proxy: an error in an error, as a text',
    source: report('Kilo-Org/kilocode/issues/6476'),
    answers: [
      json(
        {
          error: {
            message: JSON.stringify({ error: { code: 400, message: 'Request is not valid.' } }),
          },
        },
        { status: 400 },
      ),
    ],
    end: 'failed',
    error: /failed: [^{]*Request is not valid\./,
  },
  {
    name: 'a web page with status 200',
    source: report('ChatGPTNextWeb/NextChat/issues/4761'),
    answers: [
      { type: 'text/html', body: ['<!DOCTYPE html><html><head><title>One API</title></head>…'] },
    ],
    end: 'failed',
    error: /a web page called "One API", so this is not an API; check base_url/,
    requests: 1,
  },
  {
    name: 'JSON that is no answer',
    source: report('open-webui/open-webui/issues/8317'),
    answers: [json({ status: true })],
    end: 'failed',
    error: /JSON that is no answer; check base_url/,
    requests: 1,
  },
];

const hasty = { ...systemClock, after: (_: number, run: () => void) => systemClock.after(1, run) };

it.each(CASES)('R53 takes an endpoint as it is: $name', async (one) => {
  const { answers, input = {}, options = {}, end = 'answered', requests } = one;
  expect(one.source).toMatch(/^https:\/\/\S+$/);
  const endpoint = await rawEndpoint(answers);
  const dir = tempDir();
  writeFileSync(join(dir, 'system.md'), 'Be brief.');
  const agent = createChatAgent(
    ChatOptions.parse({ type: 'chat', base_url: endpoint.url, model: 'm', ...options }),
    agentDeps(dir, { clock: hasty, configDir: dir }),
  );
  const sink = new Recorder();
  const run = agent.start(turnInput('hello', input), sink, new AbortController().signal);
  const result = await within(run.result);
  expect(result.end, JSON.stringify(result)).toBe(end);
  if (one.text?.startsWith('^')) expect(result.text).toMatch(new RegExp(one.text));
  else expect(result.text).toBe(one.text ?? '');
  if (result.end === 'failed') expect(result.error).toMatch(one.error ?? /^$/);
  if (one.restated !== true) expect(sink.said).toBe(result.text);
  if (one.thought !== undefined) {
    expect(sink.thoughts.join('')).toBe(one.thought);
    expect(result.reasoning).toBe(one.thought.trim());
  }
  if (requests !== undefined) expect(endpoint.bodies).toHaveLength(requests);
  one.sent?.(endpoint.bodies);
});

it('R53 that a template keeps the opening tag to itself is learned from the first answer', async () => {
  const endpoint = await rawEndpoint([
    stream(says('A greeting.\n'), says('</think>\n\nfine'), STOP, DONE),
    stream(says('Another.\n</think>\n\nfine'), STOP, DONE),
    stream(says('fine '), says('again'), STOP, DONE),
  ]);
  const agent = createChatAgent(
    ChatOptions.parse({ type: 'chat', base_url: endpoint.url, model: 'm' }),
    agentDeps(tempDir(), { clock: hasty }),
  );
  const shown: string[] = [];
  for (const text of ['fine', 'fine', 'fine again']) {
    const sink = new Recorder();
    const run = agent.start(turnInput('hello'), sink, new AbortController().signal);
    expect(await within(run.result)).toMatchObject({ text });
    shown.push(sink.said);
  }
  expect(shown).toEqual(['A greeting.\n</think>\n\nfine', 'fine', 'fine again']);
});

it('R53 what an endpoint does not take is learned once', async () => {
  const refused = json({ error: 'unknown field "stream_options"' }, { status: 400 });
  const endpoint = await rawEndpoint([refused, GOOD]);
  const agent = createChatAgent(
    ChatOptions.parse({ type: 'chat', base_url: endpoint.url, model: 'm' }),
    agentDeps(tempDir(), { clock: hasty }),
  );
  for (const n of [1, 2]) {
    const input = turnInput(`hello ${n}`);
    const run = agent.start(input, new Recorder(), new AbortController().signal);
    expect(await within(run.result)).toMatchObject({ text: 'fine' });
  }
  expect(endpoint.bodies.map((b) => 'stream_options' in b)).toEqual([true, false, false]);
});

it.each([
  ['an endpoint that still loads its model', { status: 503, body: ['{}'] }, undefined],
  ['one that cannot list its models', { status: 404, body: ['404 page not found'] }, undefined],
  [
    'a web page',
    { type: 'text/html', body: ['<html><title>Sign in</title>'] },
    /page called "Sign in"/,
  ],
  ['a server that fails', { status: 500, body: ['{"error":"out of memory"}'] }, /out of memory/],
])('R53 says before the first turn what is wrong with %s', async (_what, answer, wrong) => {
  const { url } = await rawEndpoint([answer]);
  const options = ChatOptions.parse({ type: 'chat', base_url: url, model: 'm' });
  const agent = createChatAgent(options, agentDeps(tempDir()));
  const probing = agent.probe(new AbortController().signal);
  if (wrong === undefined) await probing;
  else await expect(probing).rejects.toThrow(wrong);
});
