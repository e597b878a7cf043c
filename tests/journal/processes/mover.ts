import { moveHome } from '../../../gateway/journal/moving/toHome.ts';
import { type MoveOptions, moveToPostgres } from '../../../gateway/journal/moving/toPostgres.ts';

/** Moves a journal, and dies as by kill -9 in the piece `at`. */
const { to, at, ...options } = JSON.parse(process.argv[2] ?? '') as MoveOptions & {
  to: 'home' | 'postgres';
  at: number;
};
let pieces = 0;
const advance = () => {
  if (++pieces === at) process.kill(process.pid, 'SIGKILL');
};
await (to === 'home' ? moveHome : moveToPostgres)({ ...options, advance });
