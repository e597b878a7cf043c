import type { AskedQuestion } from './progress.ts';

/** A question for a platform that has no buttons; it is answered with a number or the option's words. */
export function questionInWords({ text, options }: AskedQuestion): string {
  const lines = options.map(({ label }, n) => `${n + 1}. ${label}`);
  return [text, ...lines, 'Answer with a number.'].join('\n');
}

/** The option that a written message means: its number (`2`, `2.`, `2)`) or its label, whatever the case. */
export function meantOption({ options }: AskedQuestion, text: string): string | undefined {
  const said = text.trim().toLowerCase();
  const number = /^(\d{1,2})[.)]?$/.exec(said)?.[1];
  const option =
    number === undefined
      ? options.find(({ label }) => label.trim().toLowerCase() === said)
      : options[Number(number) - 1];
  return option?.id;
}
