import { resolve } from 'node:path';
import { Command } from 'commander';
import { contextOf, say, sayJson } from '../context.ts';

export function backupCommand(): Command {
  return new Command('backup')
    .summary('save the journal and the files, while it runs')
    .description(
      'Copies the journal, as it is at one moment, and the files that people sent into a new folder, and checks the copy. The gateway goes on meanwhile. The configuration and its secrets are not in it.',
    )
    .argument('[folder]', 'the folder to make (default: sluice-backup-TIME, here)')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice backup\n  sluice backup /mnt/backups/sluice-monday',
    )
    .action(async (folder: string | undefined, options: { json?: boolean }, command: Command) => {
      const { inTheHome } = await import('../actions/journal/place.ts');
      inTheHome(command, 'pg_dump --format=custom --schema=SCHEMA --file=sluice.dump DATABASE');
      const { makeBackup } = await import('../../backup/backup.ts');
      const { VERSION } = await import('../version.ts');
      const { home, places } = contextOf(command);
      const now = Date.now();
      const stamp = new Date(now)
        .toISOString()
        .slice(0, 19)
        .replaceAll(/[-:]/g, '')
        .replace('T', '-');
      const to = resolve(places.cwd, folder ?? `sluice-backup-${stamp}`);
      const manifest = await makeBackup({ home, to, version: VERSION, now });
      if (options.json) return sayJson({ folder: to, ...manifest });
      const { plural } = await import('../text/format.ts');
      const size = (manifest.bytes / 1024 / 1024).toFixed(1);
      say(`Saved and checked: ${to} (${size} MiB, ${plural(manifest.files, 'file')})`);
      say(`Bring it back with: sluice restore ${to}`);
    });
}
