import { describe, expect, it } from 'vitest';
import { endUnder } from '../../gateway/cli/actions/endUnder.ts';
import { ConfigError, ExitCode, SluiceError } from '../../gateway/core/exit.ts';
import type { Manager } from '../../gateway/supervisor/notify.ts';

const wrong = new ConfigError('sluice.yaml:3: no such key');
const busy = new SluiceError('port 7290 is in use');

/** How the process ends: its code or its error, what it said, and whether it waited before. */
async function ends(manager: Manager | undefined, outcome: ExitCode | Error) {
  const said: string[] = [];
  const run = async () => {
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const begin = performance.now();
  const ending = await endUnder(manager, run, (line) => said.push(line), 50).catch((e) => e);
  return { ending, said: said.join('\n'), waited: performance.now() - begin >= 49 };
}

describe('the end of the gateway', () => {
  it.each([ExitCode.OK, ExitCode.RESTART])(
    'R12 with %i is the same under every manager, and at once',
    async (code) => {
      for (const manager of [undefined, 'systemd', 'launchd', 'other'] as const) {
        expect(await ends(manager, code)).toEqual({ ending: code, said: '', waited: false });
      }
    },
  );

  it('R12 with 78 is 0 under launchd, which would start it for ever, and says what to do', async () => {
    for (const outcome of [ExitCode.CONFIG, wrong]) {
      const { ending, said } = await ends('launchd', outcome);
      expect(ending).toBe(ExitCode.OK);
      expect(said).toContain('sluice config check');
    }
    expect((await ends('launchd', wrong)).said).toContain('sluice.yaml:3: no such key');
  });

  it('R12 with 78 is 78 elsewhere', async () => {
    for (const manager of [undefined, 'systemd', 'other'] as const) {
      expect((await ends(manager, ExitCode.CONFIG)).ending).toBe(ExitCode.CONFIG);
      expect((await ends(manager, wrong)).ending).toBe(wrong);
    }
  });

  it('R12 with a failure is held back under systemd, which would try again every second', async () => {
    expect(await ends('systemd', busy)).toMatchObject({ ending: busy, waited: true });
    expect(await ends('systemd', ExitCode.FAILURE)).toMatchObject({ ending: 1, waited: true });
    expect(await ends(undefined, busy)).toMatchObject({ ending: busy, waited: false });
    expect(await ends('launchd', busy)).toMatchObject({ ending: busy, waited: false });
  });
});
