import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { budgetOf, shortfallOf } from '../../config/budget.ts';
import { ConfigSchema } from '../../config/schema.ts';
import { installedUnit, type Scope } from '../../service/installedUnit.ts';
import { exitTimeOut, installedPlist, labelOf } from '../../service/launchdPlist.ts';
import { lingers } from '../../service/lingering.ts';
import { execWord } from '../../service/systemdQuote.ts';
import { readIfThere } from '../../service/unitFiles.ts';
import type { Check } from '../check.ts';
import type { Examinee } from '../examinee.ts';
import { type Finding, says } from '../finding.ts';

const { ok, problem, warning } = says('service');

/** The installed unit: it waits long enough for a stop, its program is there, it starts by itself. */
export const serviceCheck: Check = {
  name: 'service',
  async examine(of) {
    const findings =
      of.platform === 'darwin'
        ? await plist(of)
        : (await Promise.all((['user', 'system'] as const).map((scope) => unit(of, scope)))).flat();
    return findings.length > 0 ? findings : [ok('not installed (`sluice service install`)')];
  },
};

async function budget(of: Examinee) {
  const loaded = await of.loaded().catch(() => undefined);
  return budgetOf(loaded?.config ?? ConfigSchema.parse({}));
}

async function unit(of: Examinee, scope: Scope): Promise<Finding[]> {
  const found = await installedUnit('sluice.service', scope, of.run);
  if (found === undefined) return [];
  const text = found.file === undefined ? '' : (readIfThere(found.file) ?? '');
  // Several gateways may run on a machine; another one's unit is not ours to judge.
  if (text.includes(' --home ') && !text.includes(` --home ${execWord(of.home)} `)) {
    return [ok(`sluice.service (${scope}) is for another home`)];
  }
  const flag = scope === 'system' ? ' --system' : '';
  const install = `${scope === 'system' ? 'sudo ' : ''}sluice service install${flag}`;
  const short = shortfallOf(await budget(of), found.stopLimit, `it by \`${install}\``);
  const wrong: Finding[] = [];
  if (short !== undefined) wrong.push(problem(short.message, install));
  const lost = lostProgram(text);
  if (lost !== undefined) wrong.push(problem(`its program ${lost} is no longer there`, install));
  if (found.active === 'failed') {
    wrong.push(
      problem(`it has failed${found.says ? `: ${found.says}` : ''}`, `sluice service logs${flag}`),
    );
  }
  if (found.outdated) {
    const manager = scope === 'user' ? 'systemctl --user' : 'sudo systemctl';
    wrong.push(warning('its file changed and systemd has not read it', `${manager} daemon-reload`));
  }
  if (found.enabled !== 'enabled') {
    wrong.push(warning('it does not start by itself', install));
  } else if (scope === 'user' && !(await lingers(userInfo().username, of.run))) {
    wrong.push(warning('it ends when you log out', 'sluice service install --linger'));
  }
  return wrong.length > 0 ? wrong : [ok(`sluice.service (${scope}), ${found.active}`)];
}

/** The first word of what it starts, where no such file is: Node was updated, say. */
function lostProgram(unitFile: string): string | undefined {
  const word = /^ExecStart=("(?:[^"\\]|\\.)*"|\S+)/m.exec(unitFile)?.[1];
  if (word === undefined) return undefined;
  const plain = word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, '$1') : word;
  const path = plain.replaceAll('%%', '%').replaceAll('$$', '$');
  return path.startsWith('/') && !existsSync(path) ? path : undefined;
}

async function plist(of: Examinee): Promise<Finding[]> {
  const found = installedPlist(labelOf('sluice'), of.places.env);
  if (found === undefined) return [];
  const limit = exitTimeOut(found.text);
  const short =
    limit === undefined
      ? undefined
      : shortfallOf(await budget(of), limit, 'it by `sluice service install`');
  if (short !== undefined) return [problem(short.message, 'sluice service install')];
  return [ok(found.path)];
}
