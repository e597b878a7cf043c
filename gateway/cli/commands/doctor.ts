import { Command } from 'commander';
import { contextOf, say, sayJson } from '../context.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('find what is wrong, and how to mend it')
    .description(
      'Looks at everything the gateway needs and says for each fault how to mend it. It changes nothing unless told to, ends within ten seconds whatever hangs, and exits 1 where it found a problem.',
    )
    .option('--fix', 'mend what can be mended without harm: permissions, folders, a dead socket')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice doctor\n  sluice doctor --fix\n  sluice doctor --json | jq \'.findings[] | select(.level == "problem")\'',
    )
    .action(async (options: { fix?: boolean; json?: boolean }, command: Command) => {
      const begin = performance.now();
      const { examine } = await import('../../doctor/examination.ts');
      const { systemWorld } = await import('../../doctor/world.ts');
      const { VERSION } = await import('../version.ts');
      const { home, places, config } = contextOf(command);
      const world = systemWorld({
        home,
        places,
        version: VERSION,
        ...(config === undefined ? {} : { config }),
      });
      const examination = await examine(world, { fix: options.fix === true });
      const { findings, mended } = examination;
      const sound = !findings.some(({ level }) => level === 'problem');
      if (options.json) sayJson({ ok: sound, home, findings, mended });
      else {
        const { examinationLines } = await import('../text/doctorText.ts');
        const took = performance.now() - begin;
        const color = process.stdout.isTTY === true && !places.env.NO_COLOR;
        for (const line of examinationLines(examination, { took, color })) say(line);
      }
      process.exitCode = sound ? 0 : 1;
      const { leaveNow } = await import('../actions/leaveNow.ts');
      await leaveNow();
    });
}
