import type { Check } from '../check.ts';
import { says } from '../finding.ts';

const NEEDED = 24;
const { ok, problem } = says('node');

/** The Node.js that runs this command, which is the one that `sluice run` would have. */
export const nodeCheck: Check = {
  name: 'node',
  async examine({ node }) {
    if (Number.parseInt(node.version, 10) >= NEEDED) return [ok(`${node.version}, ${node.path}`)];
    return [
      problem(
        `${node.path} is Node.js ${node.version}; sluice needs ${NEEDED} or newer`,
        `npx -p node@${NEEDED} -c "sluice doctor"`,
      ),
    ];
  },
};
