import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Made, People } from './people.ts';
import { Chance, type Shape } from './shape.ts';
import { elsewhere, nearly, source, words } from './words.ts';

/** What real histories were measured to be like, by measure.ts. */
export const SHAPES = JSON.parse(
  readFileSync(join(import.meta.dirname, 'histories.json'), 'utf8'),
) as readonly Shape[];

const LIMIT_MS = 300_000;
/** More than any range here has as pull requests, so that numbers of sources are not those of the range. */
const OLD_PULLS = 900_000;

/** A made-up history. */
export interface MadeHistory {
  /** Everybody who may stand in its notes. */
  readonly people: readonly Made[];
}

/**
 * Writes a bare repository of made-up commits, each by the figures of one of the measured histories, in one
 * fast-import. `v1.0.0` is on the commit `before`.
 */
export async function generate(dir: string, commits: number, before: number): Promise<MadeHistory> {
  const chance = new Chance(20_261_127);
  const people = new People(SHAPES, commits, chance);
  spawnSync('git', ['init', '-q', '--bare', '-b', 'main', dir], { timeout: LIMIT_MS });
  const child = spawn('git', ['-C', dir, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'inherit', 'inherit'],
    timeout: LIMIT_MS,
  });
  let buffered = '';
  const write = async (text: string, last = false) => {
    buffered += text;
    if (buffered.length < 1_000_000 && !last) return;
    const full = !child.stdin.write(buffered);
    buffered = '';
    if (full) await new Promise((resolve) => child.stdin.once('drain', resolve));
  };
  let written = 0;
  let tip = 0;
  const add = (message: string, who: Made, parents: readonly number[]) => {
    written += 1;
    const by = `${who.name} <${who.email}> ${1_600_000_000 + written * 60} +0000`;
    const [from, merged] = parents.filter((each) => each > 0).map((each) => `:${each}\n`);
    const places = `${from ? `from ${from}` : ''}${merged ? `merge ${merged}` : ''}`;
    return write(
      `commit refs/heads/main\nmark :${written}\nauthor ${by}\ncommitter ${by}\ndata ${Buffer.byteLength(message)}\n${message}\n${places}`,
    );
  };
  while (written < commits) {
    const shape = chance.of(SHAPES);
    const who = people.next(chance);
    // Of a history with merges, a commit on its main line is one as often as that makes its part of all.
    const bringing = Math.max(1, chance.from(shape.brought));
    if (tip === 0 || !chance.is(Math.min(1, (shape.merges * bringing) / (1 - shape.merges)))) {
      await add(message(shape, people, chance, written), who, [tip]);
      tip = written;
    } else {
      let side = tip;
      for (let n = 0; n < Math.min(bringing, 40); n += 1) {
        await add(message(shape, people, chance, written), who, [side]);
        side = written;
      }
      const subject = `Merge pull request #${written + 10} from ${who.login}/topic-${written}`;
      await add(`${subject}\n\n${words(40, chance)}\n`, people.next(chance), [tip, side]);
      tip = written;
    }
    if (written >= before && written < commits && before > 0) {
      await write(`reset refs/tags/v1.0.0\nfrom :${tip}\n\n`);
      before = 0;
    }
  }
  await write(`reset refs/heads/main\nfrom :${tip}\n\n`, true);
  child.stdin.end();
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`git fast-import gave ${code}`);
  return { people: people.all };
}

/** A message by the figures of a history. */
function message(shape: Shape, people: People, chance: Chance, number: number): string {
  const prefix = chance.is(shape.conventional)
    ? `${chance.of(['feat', 'fix', 'docs', 'chore', 'refactor', 'test'])}: `
    : '';
  const mark = chance.is(shape.numbered) ? ` (#${number + 10})` : '';
  const room = Math.max(3, chance.from(shape.subject) - prefix.length - mark.length);
  const subject = `${prefix}${words(room, chance)}${mark}`;
  const body = bodyOf(shape, chance, people);
  const trailers: string[] = [];
  if (chance.is(shape.otherTrailers)) trailers.push(`Closes: https://bugs.example/${number}`);
  if (chance.is(shape.signedOff)) trailers.push(trailer('Signed-off-by', people.next(chance)));
  if (chance.is(shape.coAuthored)) {
    const count = Math.min(20, chance.from(shape.coAuthors));
    for (let n = 0; n < count; n += 1)
      trailers.push(trailer('Co-authored-by', people.next(chance)));
  }
  return `${[subject, body, trailers.join('\n')].filter(Boolean).join('\n\n')}\n`;
}

function bodyOf(shape: Shape, chance: Chance, people: People): string {
  const length = chance.from(shape.body);
  const lines: string[] = [];
  const old = OLD_PULLS + Math.floor(chance.next() * 1000);
  const { login } = people.next(chance);
  if (chance.is(shape.nonLatin)) lines.push(elsewhere(chance));
  if (chance.is(shape.mayClaim)) {
    // A source is one of what is read for sources.
    lines.push((chance.is(shape.claims / shape.mayClaim) ? source : nearly)(chance, old, login));
  }
  if (chance.is(shape.reference)) lines.push(`Fixes #${old}.`);
  if (chance.is(shape.address)) lines.push(`https://docs.example/page/${old}`);
  if (chance.is(shape.handle)) lines.push(`cc @${login}`);
  if (chance.is(shape.code)) lines.push(`so \`${words(12, chance)}\` is no longer needed`);
  const width = Math.max(20, chance.from(shape.line));
  let rest = length - lines.join('\n').length;
  for (; rest > 0; rest -= width + 1) lines.push(words(Math.min(rest, width), chance));
  return lines.join('\n');
}

function trailer(key: string, { name, email }: Made): string {
  return `${key}: ${name} <${email}>`;
}

const LISTED = 400;

/** Notes of hundreds of changes and of everybody, by name or by handle, but for a few. */
export function notesOf({ people }: MadeHistory): string {
  const chance = new Chance(7);
  const changes = Array.from({ length: LISTED }, (_, at) => {
    const { login } = chance.of(people);
    return `- **part**: ${words(50, chance)} (#${at + 10}, @${login})`;
  });
  const named = people.filter((_, at) => at % 50 !== 0);
  const list = named.map((each, at) => `- ${at % 2 === 0 ? each.name : `@${each.login}`}`);
  return `# v2.0.0\n\n## Changes\n\n${changes.join('\n')}\n\n## Contributors\n\n${list.join('\n')}\n`;
}
