// A program that plays an agent for one turn: its tool restarts the gateway by the command line, as an
// agent's shell would, and waits for it. Its argument is the command line's file.
import { execFileSync } from 'node:child_process';

process.stdout.write('Restarting. ');
const said = execFileSync(process.execPath, [process.argv[2] ?? '', 'restart'], {
  encoding: 'utf8',
});
process.stdout.write(said.startsWith('Restarted') ? 'It is restarted.' : said);
