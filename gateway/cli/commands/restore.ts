import { resolve } from 'node:path';
import { Command } from 'commander';
import { contextOf, say, sayJson } from '../context.ts';

export function restoreCommand(): Command {
  return new Command('restore')
    .summary('bring a backup back')
    .description(
      'Checks a backup and puts it in the place of the home’s journal and files; what was there is kept beside. No gateway may run on the home meanwhile.',
    )
    .argument('<folder>', 'what `sluice backup` has made')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice stop && sluice restore sluice-backup-20260101-120000',
    )
    .action(async (folder: string, options: { json?: boolean }, command: Command) => {
      const { inTheHome } = await import('../actions/journal/place.ts');
      inTheHome(
        command,
        'stop every gateway, then pg_restore --clean --if-exists --dbname=DATABASE sluice.dump',
      );
      const { restoreBackup } = await import('../../backup/restore.ts');
      const { home, places } = contextOf(command);
      const { manifest, beside } = await restoreBackup(
        resolve(places.cwd, folder),
        home,
        Date.now(),
      );
      if (options.json) return sayJson({ home, ...manifest, beside });
      const { ago, plural } = await import('../text/format.ts');
      say(`Restored to ${home}: as it was ${ago(manifest.at, Date.now())}.`);
      if (beside !== undefined) say(`What was there is in ${beside}; remove it when you are sure.`);
      if (manifest.open > 0) {
        say(
          `${plural(manifest.open, 'message or reply was', 'messages and replies were')} open then: the next start takes them up, even if they were answered since.`,
        );
      }
      say('Start it with: sluice run');
    });
}
