import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretRef } from '../../config/secrets.ts';
import type { Check } from '../check.ts';
import type { Examinee } from '../examinee.ts';
import { type Finding, says } from '../finding.ts';
import { missingRefs, secretPath, secretRefs } from '../secretRefs.ts';
import { shellLine, shellWord } from '../shell.ts';

const { ok, problem, skipped } = says('secrets');

/** Every secret that the configuration names: there, not empty, and closed to others. */
export const secretsCheck: Check = {
  name: 'secrets',
  async examine(of) {
    const loaded = await of.loaded().catch(() => undefined);
    if (loaded === undefined) return [skipped('the configuration cannot be read')];
    const refs = secretRefs(loaded.config);
    const missing = missingRefs(loaded.config).map((what) =>
      problem(`${what} is missing`, `set ${what}_file, or ${what}_env; or: sluice init`),
    );
    const found = (await Promise.all(refs.map((ref) => one(of, ref, loaded.file)))).flat();
    const wrong = [...missing, ...found];
    if (wrong.length > 0) return wrong;
    return [ok(refs.length === 0 ? 'none are named' : `${refs.length} named, all there`)];
  },
};

async function one(
  of: Examinee,
  ref: SecretRef,
  configFile: string | undefined,
): Promise<Finding[]> {
  const path = secretPath(ref, configFile);
  try {
    await of.secret(ref);
  } catch (error) {
    return [problem((error as Error).message, absent(of, ref, path))];
  }
  if (path === undefined) return [];
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return [];
  return [
    problem(
      `others may read ${path} (mode ${(mode & 0o777).toString(8)}), which holds ${ref.what}`,
      shellLine('chmod', '600', path),
      async () => {
        await chmod(path, 0o600);
        return `${path} can be read by its owner only`;
      },
    ),
  ];
}

/** The step that puts a secret where it is looked for; typed in, it is in no history. */
function absent(of: Examinee, ref: SecretRef, path: string | undefined): string {
  if (path !== undefined)
    return `(umask 077; cat > ${shellWord(path)})   then paste it, Enter, Ctrl-D`;
  return `export ${ref.env}=…   (for a service: a line ${ref.env}=… in ${join(of.home, 'sluice.env')})`;
}
