/** `npm run bench [-- PART…]`: prints each figure beside its floor, measured in the same run. */
const PARTS: Readonly<Record<string, () => Promise<unknown>>> = {
  gateway: async () => (await import('./gateway.ts')).benchGateway(),
  start: async () => (await import('./start.ts')).benchStart(),
  handover: async () => (await import('./handover.ts')).benchHandover(),
  platforms: async () => (await import('./platforms.ts')).benchPlatforms(),
  agents: async () => (await import('./agents.ts')).benchAgents(),
  audit: async () => (await import('./scripts/audit.ts')).benchAudit(),
  web: async () => (await import('./web.ts')).benchWeb(),
  fleet: async () => (await import('./fleet.ts')).benchFleet(),
  journal: async () => (await import('./journal.ts')).benchJournal(),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((part) => PARTS[part] === undefined);
if (unknown.length > 0) {
  process.stderr.write(
    `no part ${unknown.join(', ')}; there are: ${Object.keys(PARTS).join(', ')}\n`,
  );
  process.exitCode = 1;
} else {
  for (const part of asked.length > 0 ? asked : Object.keys(PARTS)) {
    await PARTS[part]?.();
    console.log('');
  }
}

export {};
