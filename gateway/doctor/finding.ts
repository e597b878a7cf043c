/**
 * One thing that was looked at.
 *
 * `ok`: as it should be. `warning`: it works, and will not for long or not for everything.
 * `problem`: it does not work, or is not safe. `skipped`: it could not be looked at, and `what` says why;
 * the reason is a problem of its own elsewhere.
 */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'problem' | 'skipped';
  /** Which part it is about: `journal`, `telegram/default`. */
  readonly about: string;
  /** One line for people. */
  readonly what: string;
  /** The command or the step that mends it. Given for every warning and problem. */
  readonly mend?: string;
  /** Mends it, where that can do no harm. Resolves with what was done, in one line. */
  readonly fix?: () => Promise<string>;
}

type About = (what: string) => Finding;
type Wrong = (what: string, mend: string, fix?: Finding['fix']) => Finding;

/** The ways to say something about one part. */
export interface Says {
  readonly ok: About;
  readonly skipped: About;
  readonly warning: Wrong;
  readonly problem: Wrong;
}

export function says(about: string): Says {
  const wrong =
    (level: 'warning' | 'problem'): Wrong =>
    (what, mend, fix) => ({ level, about, what, mend, ...(fix === undefined ? {} : { fix }) });
  return {
    ok: (what) => ({ level: 'ok', about, what }),
    skipped: (what) => ({ level: 'skipped', about, what }),
    warning: wrong('warning'),
    problem: wrong('problem'),
  };
}
