import { Command } from 'commander';
import { contextOf, say, sayJson } from '../context.ts';

interface ImportOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function importCommand(): Command {
  const command = new Command('import')
    .summary('take over the settings of another system')
    .description(
      'Takes over what means the same here, and lists what it left out and why. What is set here already stays.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  sluice import hermes ~/.hermes --dry-run\n  sluice import hermes ~/.hermes',
    );
  command
    .command('hermes')
    .description("from Hermes' folder: its config.yaml and .env")
    .argument('<path>', "Hermes' folder, usually ~/.hermes")
    .option('--dry-run', 'print what would become of each setting, and change nothing')
    .option('--json', 'for programs')
    .action(async (path: string, options: ImportOptions, self: Command) => {
      const { readHermes } = await import('../../setup/hermes.ts');
      const { draftOf, fileToEdit, writeDraft } = await import('../../setup/configFile.ts');
      const { places, config } = contextOf(self);
      const { answers, left, ...read } = readHermes(path);
      const file = fileToEdit(config, places);
      const stays: { key: string; what: string }[] = [];
      const draft = draftOf(file, answers, (edit) => {
        stays.push({ key: edit.path.join('.'), what: `set in ${file} already; that stays` });
      });
      const taken = read.taken.filter(({ what }) => !stays.some(({ key }) => key === what));
      if (!options.dryRun) writeDraft(draft, places);
      const written = options.dryRun || draft.before === draft.after ? undefined : file;
      const secrets = draft.secrets.map(({ name }) => name);
      if (options.json)
        return sayJson({ file: written, secrets, taken, left: [...stays, ...left] });
      const { table } = await import('../text/format.ts');
      const print = (
        title: string,
        notes: readonly { key: string; what: string }[],
        arrow: string,
      ) => {
        if (notes.length === 0) return;
        say(title);
        for (const line of table(
          notes.map(({ key, what }) => [key, `${arrow}${what}`]),
          '  ',
        ))
          say(line);
        say();
      };
      print(options.dryRun ? 'Would be taken over:' : 'Taken over:', taken, '→ ');
      print('Stays as it is here:', stays, '');
      print('Left out:', left, '');
      if (taken.length === 0) say('Nothing of it means the same here.');
      if (written !== undefined) say(`Written: ${[written, ...secrets].join(', ')}`);
      say(
        'To keep Hermes itself as the agent: sluice init --yes --agent acp --agent-name hermes --agent-command hermes acp\nWhat is wrong now, if anything: sluice doctor',
      );
    });
  return command;
}
