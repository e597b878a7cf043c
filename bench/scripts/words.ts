import type { Chance } from './shape.ts';

const WORDS =
  'the a of to in is and for when it this that with on as be are not was we can if or an which from so now only but has will where use file error type test value name code call case list path new set state time data server client build check option default handle thread buffer socket request response config version number should would because before after without inside instead already always never return returns returned allow allows make makes keep keeps read reads write writes wait waits close closed opened empty missing invalid broken slow faster memory cache index queue lock token header footer page link image folder module package plugin script runner task job step loop branch pointer string integer array object field column table row key cursor stream channel message event signal timer retry limit rate window size length offset range prefix suffix'.split(
    ' ',
  );
/** Scripts other than Latin. */
const ELSEWHERE = [
  'исправлена ошибка при чтении файла, когда путь содержит пробелы',
  '修复在读取配置文件时可能出现的错误，并补充了相应的测试用例',
  '設定ファイルの読み込み時に発生する問題を修正しました',
  '설정 파일을 읽을 때 발생하는 오류를 수정했습니다',
  'διορθώθηκε το σφάλμα κατά την ανάγνωση του αρχείου',
];
/** Read for sources, without being any: a number, a mention or a report beside a word such as "based". */
const NEARLY = [
  (n: number) => `This is based on the way that #${n} describes.`,
  (n: number, who: string) => `Reported by @${who} in #${n}, thanks for taking the time.`,
  (n: number) => `See the original report in #${n} and the earlier attempts to fix it.`,
  (n: number) => `The order of the rest is taken from the table in RFC ${n}; carry on from there.`,
  (n: number) => `This completes what was started by the change of the cache, see #${n}.`,
];
const SOURCES = [
  (n: number, who: string) => `Salvaged from #${n} by @${who}.`,
  (n: number, who: string) => `Based on the work of @${who} in #${n}.`,
  (n: number, who: string) => `This picks up @${who}'s stale PR #${n} and adds tests.`,
];

/** Words of such a length, in one line. */
export function words(length: number, chance: Chance): string {
  let text = chance.of(WORDS);
  while (text.length < length) text += ` ${chance.of(WORDS)}`;
  return text.slice(0, Math.max(1, length)).trimEnd();
}

export function elsewhere(chance: Chance): string {
  return chance.of(ELSEWHERE);
}

export function nearly(chance: Chance, number: number, who: string): string {
  return chance.of(NEARLY)(number, who);
}

export function source(chance: Chance, number: number, who: string): string {
  return chance.of(SOURCES)(number, who);
}
