/** `sluice run` in small: supervises fake generations. Options come as JSON in `FAKE_OPTIONS`. */
import { catchSignals } from '../../gateway/supervisor/signals.ts';

const signals = catchSignals(false);
const { fileURLToPath } = await import('node:url');
const { superviseGateway } = await import('../../gateway/supervisor/supervisor.ts');

try {
  process.exitCode = await superviseGateway({
    ...JSON.parse(process.env.FAKE_OPTIONS ?? '{}'),
    command: { args: [fileURLToPath(new URL('./fakeGeneration.ts', import.meta.url))] },
    version: '1.0.0',
    signals,
    log: (level, message) => process.stderr.write(`${level} ${message}\n`),
  });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = (error as { exitCode?: number }).exitCode ?? 1;
}
