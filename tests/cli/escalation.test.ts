import { type ChildProcess, spawn } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeStatus } from '../../gateway/observe/statusFile.ts';
import { FakeOperations, fakeStatus } from '../control/fakeOperations.ts';
import { serve } from '../control/serve.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { sluice } from './sluice.ts';

/** A process that says what signals it got, and obeys TERM unless it is stubborn. */
async function victim(stubborn = false): Promise<{ child: ChildProcess; got: () => string }> {
  const child = spawn(process.execPath, [
    '-e',
    `for (const s of ['SIGTERM', 'SIGUSR1']) process.on(s, () => {
       process.stdout.write(s + ' ');
       if (s === 'SIGTERM' && !${stubborn}) process.exit(0);
     });
     setInterval(() => {}, 1000);
     process.stdout.write('up ');`,
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let got = '';
  child.stdout?.on('data', (piece) => {
    got += piece;
  });
  await eventually('it is up', () => got.includes('up'));
  return { child, got: () => got };
}

const beating = (pid: number, startedAt = Date.now()) =>
  fakeStatus({ pid, supervisor: pid, startedAt, at: Date.now() });

describe('a gateway that does not answer on its socket', () => {
  it('R14 is stopped by TERM', async () => {
    const home = tempDir();
    const { child, got } = await victim();
    writeStatus(home, beating(child.pid as number));
    const { code, out } = await sluice(['stop'], { home });
    expect(code).toBe(0);
    expect(out).toContain('stopped by TERM');
    expect(got()).toContain('SIGTERM');
  });

  it('R14 is ended by KILL where it ignores TERM and force is asked for', async () => {
    const home = tempDir();
    const { child } = await victim(true);
    writeStatus(home, beating(child.pid as number));
    const soft = await sluice(['stop', '--timeout', '0.2'], { home });
    expect(soft).toMatchObject({ code: 1, err: expect.stringContaining('neither on its socket') });
    expect(child.signalCode).toBeNull();
    const hard = await sluice(['stop', '--force', '--timeout', '0.2'], { home });
    expect(hard.code).toBe(0);
    await eventually('it is gone', () => child.signalCode === 'SIGKILL');
  });

  it('R14 is restarted by SIGUSR1 when the socket hangs', async () => {
    const home = tempDir();
    const { child, got } = await victim();
    const operations = new FakeOperations();
    const { server } = await serve(home, operations);
    // It takes the request and leaves without an answer.
    operations.restart = async () => {
      void server.close();
      return new Promise(() => {});
    };
    writeStatus(home, beating(child.pid as number));
    const { code, out } = await sluice(['restart', '--no-wait'], { home });
    expect(code).toBe(0);
    expect(out).toContain('SIGUSR1');
    await eventually('the signal came', () => got().includes('SIGUSR1'));
  });

  it.runIf(process.platform === 'linux')(
    'R15 whose process id now belongs to another process is left alone',
    async () => {
      const home = tempDir();
      const { child, got } = await victim();
      // The instance started an hour before the process that has its number today.
      writeStatus(home, beating(child.pid as number, Date.now() - 3_600_000));
      const { code, err } = await sluice(['stop', '--force'], { home });
      expect(code).toBe(1);
      expect(err).toContain('no gateway is running');
      expect(got()).not.toContain('SIG');
      expect(child.exitCode).toBeNull();
    },
  );
});
