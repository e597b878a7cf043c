import type { Check } from '../check.ts';
import { says } from '../finding.ts';
import { firstFolder } from '../folders.ts';
import { shellLine } from '../shell.ts';

const { ok, problem, warning } = says('disk');
const MB = 1024 * 1024;
const TOO_LITTLE = 100 * MB;
const LITTLE = 1024 * MB;

/** Room for the journal: on a full disk nothing more is accepted. */
export const diskCheck: Check = {
  name: 'disk',
  async examine({ home, room }) {
    const folder = firstFolder(home);
    const { free, total, freeFiles, totalFiles } = await room(folder);
    const mend = shellLine('df', '-h', folder);
    const said = `${text(free)} of ${text(total)} are free`;
    if (free < TOO_LITTLE) return [problem(`${said}: a full disk stops everything`, mend)];
    if (totalFiles > 0 && freeFiles < 1_000) {
      return [
        problem(`only ${freeFiles} more files fit on the disk`, shellLine('df', '-i', folder)),
      ];
    }
    if (free < LITTLE) return [warning(said, mend)];
    return [ok(said)];
  },
};

function text(bytes: number): string {
  return bytes < LITTLE ? `${Math.floor(bytes / MB)} MB` : `${(bytes / LITTLE).toFixed(1)} GB`;
}
