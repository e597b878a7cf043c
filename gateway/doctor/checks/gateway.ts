import { lstat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { socketName } from '../../control/socketPath.ts';
import type { Status } from '../../core/status.ts';
import { acquireKernelLock } from '../../supervisor/kernelLock.ts';
import type { Check } from '../check.ts';
import type { Examinee } from '../examinee.ts';
import { type Finding, says } from '../finding.ts';
import { isHeld } from '../heldLock.ts';
import { shellLine, shellWord } from '../shell.ts';

const { ok, problem, warning } = says('gateway');

/** The process that runs on this home, if any: it answers, it is ready, it is of this version. */
export const gatewayCheck: Check = {
  name: 'gateway',
  async examine(of) {
    const gateway = await of.gateway();
    if (gateway.is === 'running') return running(of, gateway.status);
    const holder = await isHeld(join(of.home, 'lock.db'));
    if (gateway.is === 'silent') {
      return [problem(gateway.why, `sluice stop --force --home ${shellWord(of.home)}`)];
    }
    if (holder) {
      const what = 'a gateway holds this home and does not answer on its socket';
      return [problem(what, `sluice stop --force --home ${shellWord(of.home)}`)];
    }
    const socket = socketName(of.home);
    if ((await lstat(socket).catch(() => undefined)) === undefined) return [ok('none is running')];
    return [
      warning(
        'none is running, and the socket of one that died is still there',
        shellLine('rm', socket),
        () => removed(socket, of.home),
      ),
    ];
  },
};

function running(of: Examinee, status: Status): Finding[] {
  const about = `${status.state}, pid ${status.pid}, version ${status.version}`;
  const findings: Finding[] = [];
  if (!status.ready && status.state !== 'starting') {
    findings.push(problem(`${about}: not ready (${status.reasons.join('; ')})`, 'sluice restart'));
  }
  for (const { platform, account, state, reason } of status.platforms) {
    if (state !== 'retrying' && state !== 'failed') continue;
    const what = `${platform}/${account} is ${state}${reason === undefined ? '' : `: ${reason}`}`;
    findings.push(
      state === 'failed' ? problem(what, 'sluice restart') : warning(what, 'sluice status'),
    );
  }
  if (status.version !== of.version) {
    findings.push(
      warning(`version ${status.version} runs, and ${of.version} is installed`, 'sluice restart'),
    );
  }
  return findings.length > 0 ? findings : [ok(about)];
}

/** With the home's lock held, so that it is not the socket of one that has just come up. */
async function removed(socket: string, home: string): Promise<string> {
  const lock = acquireKernelLock(join(home, 'lock.db'));
  if (lock === undefined) throw new Error('a gateway has started meanwhile');
  try {
    await unlink(socket);
  } finally {
    lock.release();
  }
  return `removed ${socket}`;
}
