import type { Chance, Shape } from './shape.ts';

/** Somebody made up. */
export interface Made {
  readonly name: string;
  readonly email: string;
  readonly login: string;
}

const FIRST =
  'Ada Bela Chiara Dana Emre Farid Greta Hana Ines Jonas Kira Lev Mina Nadia Otto Priya Quinn Rosa Samir Tove Uma Viktor Wanda Ximena Yusuf Zoe'.split(
    ' ',
  );
const LAST =
  'Abbot Bjornson Castell Dvorsky Eriksen Farkas Galindo Hartwig Ivanek Jablon Kovanen Lindqvist Moreau Nakagawa Ostrov Petrosyan Quintero Rasmus Sandor Thorvald Ulrich Valkonen Weissman Xanthos Yamane Zielak'.split(
    ' ',
  );
const ELSEWHERE = ['Жанна Тест', '王小测', '田中試', 'Łucja Próba', 'Jörg Übung', 'Νίκη Δοκιμή'];

/** The people of a history, of whom few do most, as it was measured. */
export class People {
  readonly all: readonly Made[];
  readonly #upTo: Float64Array;

  constructor(shapes: readonly Shape[], commits: number, chance: Chance) {
    const count = Math.max(20, Math.round(mean(shapes.map((shape) => authorsIn(shape, commits)))));
    this.all = Array.from({ length: count }, (_, at) => made(at, chance.of(shapes), chance));
    let sum = 0;
    this.#upTo = Float64Array.from(this.all, () => {
      sum += Math.max(1, chance.from(chance.of(shapes).commitsPerAuthor));
      return sum;
    });
  }

  /** Whoever writes the next commit. */
  next(chance: Chance): Made {
    const wanted = chance.next() * this.#upTo.at(-1)!;
    let [low, high] = [0, this.#upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#upTo[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return this.all[low]!;
  }
}

/** As many as such a history has in so many commits: a power of their number, by two points of it. */
function authorsIn({ commits, merges, authors, authorsOfTenth }: Shape, wanted: number): number {
  const power = Math.log10(authors / authorsOfTenth);
  return authors * (wanted / (commits * (1 - merges))) ** power;
}

function made(at: number, shape: Shape, chance: Chance): Made {
  const login = `p${at.toString(36)}x`;
  const plain = `${chance.of(FIRST)} ${chance.of(LAST)}`;
  const name = `${chance.is(shape.nonAsciiNames) ? chance.of(ELSEWHERE) : plain} ${roman(at)}`;
  const email = chance.is(shape.noreply)
    ? `${1000 + at}+${login}@users.noreply.github.com`
    : `${login}@home${at % 90}.example`;
  return { name, email, login };
}

/** A second name that no two have. */
function roman(at: number): string {
  const letters = [...at.toString(26)].map((digit) =>
    String.fromCharCode(97 + Number.parseInt(digit, 26)),
  );
  return `O${letters.join('')}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
