import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const NODE = 24;

/**
 * Runs the `main` of a command line: of its sources in a checkout, of dist/ in the package. The version is
 * checked before anything else is imported, since an older Node would fail with a message that helps
 * nobody. Plain JavaScript, so that the first file of a process needs no type stripping.
 * @param {string} name the command, for messages
 * @param {string} module path without its ending, from the root
 */
export async function launch(name, module) {
  if (Number.parseInt(process.versions.node, 10) < NODE) {
    process.stderr.write(
      `${name} needs Node.js ${NODE} or newer; this is ${process.version}.\nInstall it (https://nodejs.org) or run: npx -p node@${NODE} -c ${name}\n`,
    );
    process.exit(78);
  }
  await keepCompiled();
  const source = new URL(`../${module}.ts`, import.meta.url);
  const built = new URL(`../dist/${module}.js`, import.meta.url);
  const { main } = await import((existsSync(source) ? source : built).href);
  await main(process.argv);
}

/**
 * Ends a command that has done its work, once what it wrote has gone. Node would wait for what V8 still
 * compiles in the background, which nobody will run.
 */
export function leave() {
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}

/**
 * Keeps compiled modules on disk for the next process: half of a start is compiling. Not in the system's
 * temporary folder, Node's own choice, since whoever can write there first could plant code. What
 * cannot be read or written is compiled anew; nothing fails. The variable reaches the gateway's
 * generations and their workers, for which the call alone does nothing; who has set it is obeyed.
 */
async function keepCompiled() {
  if (process.env.NODE_COMPILE_CACHE !== undefined) return;
  const { enableCompileCache } = await import('node:module');
  const { XDG_CACHE_HOME: cache } = process.env;
  const base = cache !== undefined && isAbsolute(cache) ? cache : join(homedir(), '.cache');
  process.env.NODE_COMPILE_CACHE = join(base, 'sluice', 'compiled');
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
}
