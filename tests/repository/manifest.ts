type Versions = Readonly<Record<string, string>>;

export interface Manifest {
  readonly dependencies: Versions;
  readonly devDependencies: Versions;
  readonly engines: { readonly node: string };
}

const EXACT = /^\d+\.\d+\.\d+$/;

/** What is wrong with the versions of a package.json, in sentences. */
export function wrongVersions({ dependencies, devDependencies, engines }: Manifest): string[] {
  const all = { ...dependencies, ...devDependencies };
  const wrong: string[] = [];
  for (const name of ['node', 'vitest', '@vitest/coverage-v8', 'typescript', '@biomejs/biome']) {
    if (!EXACT.test(all[name] ?? '')) wrong.push(`${name} is not exactly pinned: ${all[name]}`);
  }
  if (all.vitest !== all['@vitest/coverage-v8'])
    wrong.push(`vitest ${all.vitest} and its coverage ${all['@vitest/coverage-v8']} differ`);
  const major = engines.node.replace(/\D/g, '');
  if (!devDependencies.node?.startsWith(`${major}.`))
    wrong.push(`engines ask for Node ${engines.node} and ${devDependencies.node} is installed`);
  for (const name of Object.keys(dependencies)) {
    if (name in devDependencies) wrong.push(`${name} is listed twice`);
  }
  return wrong;
}

/** Dependencies that a document does not name as code. */
export function unnamed({ dependencies, devDependencies }: Manifest, document: string): string[] {
  const names = Object.keys({ ...dependencies, ...devDependencies });
  return names.filter((name) => !document.includes(`\`${name}\``));
}
