import { RequestError } from '../core/exit.ts';

export interface Choice<T> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

/** The questions a set-up can ask; on a terminal, or of nobody. */
export interface Prompts {
  intro(message: string): void;
  select<T>(message: string, choices: readonly Choice<T>[], initial?: T): Promise<T>;
  several<T>(message: string, choices: readonly Choice<T>[], initial: readonly T[]): Promise<T[]>;
  text(message: string, options: TextOptions): Promise<string>;
  secret(message: string): Promise<string>;
  confirm(message: string, initial: boolean): Promise<boolean>;
  /** Shows that something is waited for, until it is over. */
  during<T>(message: string, work: Promise<T>, over: (value: T) => string): Promise<T>;
  warn(message: string): void;
}

export interface TextOptions {
  readonly initial?: string;
  readonly placeholder?: string;
  /** What is wrong with it; undefined where it will do. */
  readonly validate?: (value: string) => string | undefined;
}

/** The library is loaded only where somebody is asked. */
export async function terminalPrompts(): Promise<Prompts> {
  const clack = await import('@clack/prompts');
  const answered = async <T>(asked: Promise<T>): Promise<Exclude<T, symbol>> => {
    const value = await asked;
    if (clack.isCancel(value)) throw new RequestError('cancelled; nothing was written');
    return value as Exclude<T, symbol>;
  };
  /** The library's type for choices of an unknown kind of value is more than is needed here. */
  const options = (choices: readonly Choice<unknown>[]) => choices.map((choice) => ({ ...choice }));
  return {
    intro: (message) => clack.intro(message),
    select: async <T>(message: string, choices: readonly Choice<T>[], initial?: T) =>
      (await answered(
        clack.select<unknown>({
          message,
          options: options(choices),
          ...(initial === undefined ? {} : { initialValue: initial }),
        }),
      )) as T,
    several: async <T>(message: string, choices: readonly Choice<T>[], initial: readonly T[]) =>
      (await answered(
        clack.multiselect<unknown>({
          message,
          options: options(choices),
          initialValues: [...initial],
          required: false,
        }),
      )) as T[],
    text: async (message, { initial, placeholder, validate }) =>
      (
        (await answered(
          clack.text({
            message,
            ...(initial === undefined ? {} : { initialValue: initial }),
            ...(placeholder === undefined ? {} : { placeholder }),
            ...(validate === undefined
              ? {}
              : { validate: (value: string | undefined) => validate((value ?? '').trim()) }),
          }),
        )) ?? ''
      ).trim(),
    secret: async (message) => ((await answered(clack.password({ message }))) ?? '').trim(),
    confirm: (message, initial) => answered(clack.confirm({ message, initialValue: initial })),
    during: async (message, work, over) => {
      const spinner = clack.spinner();
      spinner.start(message);
      try {
        const value = await work;
        spinner.stop(over(value));
        return value;
      } catch (error) {
        spinner.stop(`${message}: failed`);
        throw error;
      }
    },
    warn: (message) => clack.log.warn(message),
  };
}
