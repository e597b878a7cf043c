import type { Source } from './sources.ts';

const QUOTED = String.raw`('(?:[^'\\\n]|\\.)+'|"(?:[^"\\\n]|\\.)+"|\`(?:[^\`\\]|\\.)+\`)`;
const FIELDS = String.raw`(?:\{(?:[^{}]|\{[^{}]*\})*\}|[\w.()]+)`;
/** pino's way (`log.warn(fields, message)`), and the parent's (`log('warn', message)`). */
const CALLS = [
  new RegExp(String.raw`[lL]og\.(?:warn|error)\(\s*${FIELDS},\s*${QUOTED}`, 'g'),
  new RegExp(String.raw`[lL]og\(\s*'(?:warn|error)',\s*${QUOTED}`, 'g'),
];

/** The fixed part of every warning and error that the gateway logs; of a template its longest piece. */
export function logLines(files: readonly Source[]): string[] {
  const lines = files.flatMap(({ text }) =>
    CALLS.flatMap((call) => [...text.matchAll(call)].map((match) => fixedPart(match[1] as string))),
  );
  return [...new Set(lines)].filter((line) => line !== '').toSorted();
}

function fixedPart(quoted: string): string {
  const pieces = quoted.slice(1, -1).split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/);
  const [longest = ''] = pieces.toSorted((a, b) => b.length - a.length);
  return longest
    .replaceAll(/\\n/g, ' ')
    .replaceAll(/\\(.)/g, '$1')
    .replaceAll(/^[\s;:,(]+|[\s;:,(]+$/g, '');
}
