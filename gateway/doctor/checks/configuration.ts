import { chmod, stat } from 'node:fs/promises';
import type { Check } from '../check.ts';
import { says } from '../finding.ts';
import { shellLine } from '../shell.ts';

const { ok, problem } = says('configuration');

/** Whether `sluice run` could read its configuration, and whether others could change it. */
export const configurationCheck: Check = {
  name: 'configuration',
  async examine({ loaded }) {
    let file: string | undefined;
    try {
      file = (await loaded()).file;
    } catch (error) {
      // One line for each mistake, with its place.
      return (error as Error).message
        .split('\n')
        .map((line) => problem(line, 'mend that line, then: sluice config check'));
    }
    if (file === undefined) return [ok('no file; the defaults hold (`sluice init` writes one)')];
    const { mode } = await stat(file);
    if ((mode & 0o022) === 0) return [ok(file)];
    return [
      problem(
        `others may change ${file} (mode ${modeText(mode)}), and with it what programs are run`,
        shellLine('chmod', 'go-w', file),
        async () => {
          await chmod(file, mode & 0o755);
          return `${file} can be changed by its owner only`;
        },
      ),
    ];
  },
};

function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
