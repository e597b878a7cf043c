import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isOurs } from '../../files/homeFiles.ts';
import type { Check } from '../check.ts';
import { type Finding, says } from '../finding.ts';
import { firstFolder } from '../folders.ts';
import { shellLine } from '../shell.ts';

const { ok, problem } = says('home');

/** The home: there, ours, writable, and closed to others, with every file directly in it. */
export const homeCheck: Check = {
  name: 'home',
  async examine({ home, uid }) {
    const found = await lstat(home).catch((error: NodeJS.ErrnoException) => error.code);
    if (typeof found !== 'object') {
      if (found !== 'ENOENT') {
        return [problem(`${home} cannot be looked at (${found})`, shellLine('ls', '-ld', home))];
      }
      return [await absent(home)];
    }
    if (!found.isDirectory() && !found.isSymbolicLink()) {
      return [problem(`${home} is not a folder`, 'name another with --home or SLUICE_HOME')];
    }
    if (uid !== undefined && uid !== 0 && found.uid !== uid) {
      return [
        problem(
          `${home} belongs to another user (uid ${found.uid})`,
          shellLine('sudo', 'chown', '-R', String(uid), home),
        ),
      ];
    }
    const wrong: Finding[] = [];
    if (!found.isSymbolicLink() && (found.mode & 0o700) !== 0o700) {
      wrong.push(mode(home, found.mode, 0o700, 'its owner may not use all of it'));
      return wrong;
    }
    if (!found.isSymbolicLink() && (found.mode & 0o077) !== 0) {
      wrong.push(mode(home, found.mode, 0o700, 'others may look into it'));
    }
    for (const name of await readdir(home)) {
      const path = join(home, name);
      const file = await lstat(path).catch(() => undefined);
      if (file === undefined || file.isSymbolicLink()) continue;
      if (name === 'restoring' && file.isDirectory()) {
        const what = `a restore was cut off; what was there before it is in ${home}/before-restore-…`;
        wrong.push(problem(what, 'sluice stop; sluice restore FOLDER   (the same again)'));
        continue;
      }
      if (uid !== undefined && uid !== 0 && file.uid !== uid) {
        const mend = shellLine('sudo', 'chown', '-R', String(uid), path);
        wrong.push(problem(`${path} belongs to another user (uid ${file.uid})`, mend));
      } else if (file.isFile() && (file.mode & 0o600) !== 0o600) {
        wrong.push(mode(path, file.mode, 0o600, 'its owner may not read and write it'));
      } else if ((file.mode & 0o077) !== 0 && isPrivate(name, file)) {
        wrong.push(
          file.isDirectory()
            ? mode(path, file.mode, 0o700, 'others may look into it')
            : mode(path, file.mode, 0o600, 'others may read it'),
        );
      }
    }
    return wrong.length > 0 ? wrong : [ok(home)];
  },
};

/** No home yet: the first start makes it, if it may. */
async function absent(home: string): Promise<Finding> {
  const folder = firstFolder(home);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch {
    const mend = 'name another with --home or SLUICE_HOME';
    return problem(`there is no ${home}, and ${folder} may not be written to`, mend);
  }
  const fix = async () => {
    await mkdir(home, { recursive: true, mode: 0o700 });
    return `made ${home}`;
  };
  return { ...ok(`${home}; the first start makes it`), fix };
}

/** What we make there, and any other file: it may be a secret. A configuration is none. */
function isPrivate(name: string, found: { isFile(): boolean }): boolean {
  return isOurs(name) || (found.isFile() && !name.endsWith('.yaml'));
}

function mode(path: string, is: number, shall: number, what: string): Finding {
  const [now, then] = [(is & 0o777).toString(8), shall.toString(8)];
  return problem(`${path} has mode ${now}: ${what}`, shellLine('chmod', then, path), async () => {
    await chmod(path, shall);
    return `${path} has mode ${then}`;
  });
}
