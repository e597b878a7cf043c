import { reportOn } from '../journal/sqlite/report.ts';

// A process of its own: to look at every page of a large journal takes long, and nobody can end a read
// that the disk does not answer. `journalChild FILE` prints the report as JSON.

process.stdout.write(JSON.stringify(reportOn(process.argv[2] as string)));
