import { spawnSync } from 'node:child_process';
import { GITHUB } from '../../scripts/attribution/dialect.ts';
import { type Commit, readHistory } from '../../scripts/attribution/history.ts';
import { squashMark } from '../../scripts/attribution/landing.ts';
import { mayClaim, sourceClaims } from '../../scripts/attribution/source/claims.ts';
import { coAuthors } from '../../scripts/attribution/trailers.ts';
import { quantilesOf, type Shape } from './shape.ts';

const ANY_TRAILER = /^(?!Signed-off-by|Co-authored-by)[A-Z][A-Za-z-]+(?:-by|-to|-Id|s|es):? \S/im;

/** Counts what the messages of a history are like. */
export class Measure {
  readonly #authors = new Map<string, number>();
  #authorsOfTenth = 0;
  #addresses = new Set<string>();
  #counts: Record<string, number> = {};
  readonly #lengths = {
    subject: [] as number[],
    body: [] as number[],
    line: [] as number[],
    coAuthors: [] as number[],
  };
  #commits = 0;
  #merges = 0;

  /** @param tenth whether the commit is one of the newest tenth */
  add({ author, merge, message }: Commit, tenth: boolean): void {
    this.#commits += 1;
    if (merge) {
      this.#merges += 1;
      return;
    }
    this.#authors.set(author.name, (this.#authors.get(author.name) ?? 0) + 1);
    if (tenth) this.#authorsOfTenth = this.#authors.size;
    this.#addresses.add(author.email);
    const [subject = '', ...rest] = message.trimEnd().split('\n');
    const body = rest.join('\n').trim();
    this.#lengths.subject.push(subject.length);
    this.#lengths.body.push(body.length);
    if (body !== '')
      this.#lengths.line.push(Math.max(...body.split('\n').map((each) => each.length)));
    const people = coAuthors(message).length;
    if (people > 0) this.#lengths.coAuthors.push(people);
    const reads = mayClaim(message);
    this.#count({
      conventional: /^\w+(?:\([^()]*\))?!?: /.test(subject),
      numbered: squashMark(subject) !== undefined,
      coAuthored: people > 0,
      signedOff: /^signed-off-by:/im.test(body),
      otherTrailers: ANY_TRAILER.test(body),
      reference: /#\d/.test(body),
      handle: /(?<![\w.])@\w/.test(body),
      address: /https?:/.test(body),
      code: body.includes('`'),
      nonLatin: /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(message),
      mayClaim: reads,
      claims: reads && sourceClaims(message).length > 0,
    });
  }

  shape(about: Pick<Shape, 'history' | 'until' | 'brought'>): Shape {
    const part = (name: string) =>
      round((this.#counts[name] ?? 0) / (this.#commits - this.#merges));
    const names = [...this.#authors.keys()];
    const addresses = [...this.#addresses];
    const share = <T>(list: readonly T[], test: (each: T) => boolean) =>
      round(list.filter(test).length / list.length);
    return {
      ...about,
      commits: this.#commits,
      merges: round(this.#merges / this.#commits),
      authors: names.length,
      authorsOfTenth: this.#authorsOfTenth,
      commitsPerAuthor: quantilesOf([...this.#authors.values()]),
      subject: quantilesOf(this.#lengths.subject),
      body: quantilesOf(this.#lengths.body),
      line: quantilesOf(this.#lengths.line),
      conventional: part('conventional'),
      numbered: part('numbered'),
      coAuthored: part('coAuthored'),
      coAuthors: quantilesOf(this.#lengths.coAuthors),
      signedOff: part('signedOff'),
      otherTrailers: part('otherTrailers'),
      reference: part('reference'),
      handle: part('handle'),
      address: part('address'),
      code: part('code'),
      nonLatin: part('nonLatin'),
      mayClaim: part('mayClaim'),
      claims: part('claims'),
      nonAsciiNames: share(names, (each) => /[^\p{ASCII}]/u.test(each)),
      noreply: share(addresses, (each) => GITHUB.noReply(each) !== undefined),
    };
  }

  #count(what: Readonly<Record<string, boolean>>): void {
    for (const [name, is] of Object.entries(what))
      if (is) this.#counts[name] = (this.#counts[name] ?? 0) + 1;
  }
}

function round(part: number): number {
  return Math.round(part * 10_000) / 10_000;
}

/** How many commits each of the newest merges brought. */
function brought(dir: string): number[] {
  const merges = git(dir, ['rev-list', '--merges', '--first-parent', '-n', '300', 'HEAD']);
  return merges.map((sha) =>
    Number(git(dir, ['rev-list', '--count', '--no-merges', `${sha}^1..${sha}`])[0]),
  );
}

function git(dir: string, args: readonly string[]): string[] {
  const done = spawnSync('git', ['-C', dir, ...args], { timeout: 120_000 });
  return done.stdout.toString().split('\n').filter(Boolean);
}

async function measure(history: string, dir: string): Promise<Shape> {
  const total = Number(git(dir, ['rev-list', '--count', 'HEAD'])[0]);
  const measured = new Measure();
  let read = 0;
  for await (const commits of readHistory(dir, ['HEAD'])) {
    for (const commit of commits) {
      read += 1;
      measured.add(commit, read * 10 <= total);
    }
  }
  const until = git(dir, ['log', '-1', '--format=%cs %h', 'HEAD'])[0]!;
  return measured.shape({ history, until, brought: quantilesOf(brought(dir)) });
}

/** `node bench/scripts/measure.ts owner/name=PATH…` prints the figures that histories.json has. */
if (import.meta.main) {
  const shapes: Shape[] = [];
  for (const each of process.argv.slice(2)) {
    const [history = '', dir = ''] = each.split('=');
    shapes.push(await measure(history, dir));
  }
  const text = JSON.stringify(shapes, null, 2);
  // A distribution is one line.
  process.stdout.write(
    `${text.replace(/\[\s+(-?[\d.][^[\]]*?)\s+\]/g, (_, list: string) => `[${list.replace(/\s+/g, ' ')}]`)}\n`,
  );
}
