/** The exit codes of both commands: all is well, there are findings, it could not be checked. */
export const EXIT = { ok: 0, findings: 1, cannotCheck: 2 } as const;

/** Something asked for can't be checked or done; the message says why and what to do. */
export class CannotCheck extends Error {
  readonly exitCode: number = EXIT.cannotCheck;
  override readonly name: string = 'CannotCheck';
}

/** The AUTHOR_MAP or the configuration is wrong; the message names the file and the line. */
export class BadFile extends CannotCheck {
  override readonly name: string = 'BadFile';
}

/** A step of a release failed; the message says what stands and how to go on. */
export class ReleaseFailed extends Error {
  readonly exitCode: number = EXIT.findings;
  override readonly name: string = 'ReleaseFailed';
}
