#!/usr/bin/env node
// The version is checked before anything is imported: an older Node would fail on the first
// modern import with a message that helps nobody.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `sluice-release needs Node.js 24 or newer; this is ${process.version}.\nInstall it (https://nodejs.org) or run: npx -p node@24 -p sluice sluice-release\n`,
  );
  process.exit(78);
}
const { main } = await import('../dist/scripts/release.js');
await main(process.argv);
