import { Command } from 'commander';
import { contextOf, say } from '../context.ts';

function loadOptions(command: Command) {
  const { places, config } = contextOf(command);
  return { env: places.env, cwd: places.cwd, ...(config === undefined ? {} : { path: config }) };
}

export function configCommand(): Command {
  const config = new Command('config')
    .summary('check the configuration, and what there is to configure')
    .description('Checks the configuration, and prints what it can hold.')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice config check\n  sluice --config ./other.yaml config check\n  sluice config example > sluice.yaml',
    );
  config
    .command('check')
    .description('read it as `run` would; exits 78 and names each mistake where it cannot work')
    .option('--json', 'print what it comes to, every default included')
    .action(async (options: { json?: boolean }, command: Command) => {
      const { load } = await import('../../config/load.ts');
      const loaded = load(loadOptions(command));
      if (options.json) return say(JSON.stringify(loaded.config, null, 2));
      say(`The configuration is right: ${loaded.file ?? 'no file, the embedded defaults'}.`);
    });
  config
    .command('path')
    .description('print the file that is read')
    .action(async (_options: unknown, command: Command) => {
      const { configFile } = await import('../../config/load.ts');
      const { configCandidates } = await import('../../config/paths.ts');
      const file = configFile(loadOptions(command));
      if (file !== undefined) return say(file);
      const { places } = contextOf(command);
      const looked = configCandidates(undefined, places).map((c) => c.path);
      process.stderr.write(`There is none; the embedded defaults are used. Looked for:\n`);
      for (const path of looked) process.stderr.write(`  ${path}\n`);
    });
  config
    .command('schema')
    .description('print the JSON Schema, for editors (sluice.schema.json)')
    .action(async () => {
      const { schemaFile } = await import('../../config/documents.ts');
      process.stdout.write(schemaFile());
    });
  config
    .command('example')
    .description('print a file with every key and its default (sluice.example.yaml)')
    .action(async () => {
      const { exampleFile } = await import('../../config/documents.ts');
      process.stdout.write(exampleFile());
    });
  config
    .command('docs')
    .description('print the reference (docs/configuration.md)')
    .action(async () => {
      const { referenceFile } = await import('../../config/documents.ts');
      process.stdout.write(referenceFile());
    });
  return config;
}
