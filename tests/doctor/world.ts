import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExaminationOptions, examine } from '../../gateway/doctor/examination.ts';
import type { Finding } from '../../gateway/doctor/finding.ts';
import { systemWorld, type World } from '../../gateway/doctor/world.ts';
import { runProgram } from '../../gateway/service/command.ts';
import { tempDir } from '../harness/temp.ts';

const GB = 1024 ** 3;

/** A machine on which nothing is wrong: a home, a configuration, and room; `plant` makes a fault. */
export class Machine {
  readonly dir = tempDir('sluice-doctor-');
  readonly home = join(this.dir, 'home');
  readonly config = join(this.dir, 'sluice.yaml');
  readonly env: Record<string, string> = { HOME: this.dir, PATH: process.env.PATH ?? '' };
  /** What differs from the real system. */
  plant: Partial<World> = {};

  constructor() {
    mkdirSync(this.home, { mode: 0o700 });
    this.write('sluice.yaml', 'platforms:\n  web: {port: 0}\n');
  }

  /** Writes a file beside the configuration; returns its path. */
  write(name: string, text: string, mode = 0o600): string {
    const path = join(this.dir, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  /** What systemd says of the installed unit; none is installed otherwise. */
  systemd(properties: Readonly<Record<string, string>>): void {
    this.plant = {
      ...this.plant,
      run: async (program, args, options) => {
        if (program === 'loginctl') return { code: 0, stdout: 'yes\n', stderr: '' };
        if (program !== 'systemctl') return runProgram(program, args, options);
        const here = args.includes('--user') && args.includes('sluice.service');
        const said = {
          LoadState: here ? 'loaded' : 'not-found',
          UnitFileState: 'enabled',
          ...properties,
        };
        const stdout = Object.entries(said)
          .map(([key, value]) => `${key}=${value}\n`)
          .join('');
        return { code: 0, stdout, stderr: '' };
      },
    };
  }

  examine(options: ExaminationOptions = {}) {
    const base = systemWorld({
      home: this.home,
      config: this.config,
      version: '1.0.0',
      places: { env: this.env, cwd: this.dir, userHome: this.dir },
    });
    const quiet: Partial<World> = {
      platform: 'linux',
      now: () => Date.now(),
      resolve: async () => {},
      room: async () => ({ free: 50 * GB, total: 100 * GB, freeFiles: 1e6, totalFiles: 1e7 }),
      run: async (program, args, options) =>
        program === 'systemctl'
          ? { code: 1, stdout: '', stderr: 'no systemd here' }
          : runProgram(program, args, options),
    };
    return examine({ ...base, ...quiet, ...this.plant }, options);
  }
}

/** What is wrong, as `about: what → mend`. */
export function wrongs(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ level }) => level === 'problem' || level === 'warning')
    .map(({ about, what, mend }) => `${about}: ${what} → ${mend}`);
}
