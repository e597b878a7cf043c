// A program that plays an agent for one turn: it says that it works, and ends its answer once the file
// named by its argument is there. So a test decides how long a turn takes.
import { existsSync } from 'node:fs';

process.stdout.write('Working:');
const look = setInterval(() => {
  if (!existsSync(process.argv[2] ?? '')) return;
  clearInterval(look);
  process.stdout.write(' done.');
}, 20);
