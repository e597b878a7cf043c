import { examineAccounts } from '../accounts.ts';
import type { Check } from '../check.ts';
import { says } from '../finding.ts';

/** Each platform account, by asking its platform: does the token work, and which rights are missing? */
export const accountsCheck: Check = {
  name: 'accounts',
  async examine(of, signal) {
    const loaded = await of.loaded().catch(() => undefined);
    if (loaded === undefined) return [says('accounts').skipped('the configuration cannot be read')];
    const accounts = await examineAccounts(of, signal);
    if (accounts.length === 0) return [says('accounts').ok('no chat platform is configured')];
    const running = (await of.gateway()).is !== 'none';
    return accounts.flatMap(({ account, examination, held }) => {
      const { ok, skipped, problem, warning } = says(account);
      if (examination === undefined) return [skipped('its token cannot be read')];
      const { who, problems } = examination;
      if (held && !running) {
        const what = 'a gateway of yours on another home serves it';
        return [warning(what, 'sluice stop --home THAT-HOME, or give this one a token of its own')];
      }
      if (problems.length === 0) return [ok(`the token works: ${who}`)];
      const whose = who === undefined ? '' : `${who}: `;
      return problems.map(({ level, what, mend }) =>
        (level === 'problem' ? problem : warning)(`${whose}${what}`, mend),
      );
    });
  },
};
