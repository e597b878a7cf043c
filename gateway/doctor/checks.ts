import type { Check } from './check.ts';
import { accountsCheck } from './checks/accounts.ts';
import { agentsCheck } from './checks/agents.ts';
import { clockCheck } from './checks/clock.ts';
import { configurationCheck } from './checks/configuration.ts';
import { diskCheck } from './checks/disk.ts';
import { dnsCheck } from './checks/dns.ts';
import { gatewayCheck } from './checks/gateway.ts';
import { homeCheck } from './checks/home.ts';
import { journalCheck } from './checks/journal.ts';
import { nodeCheck } from './checks/node.ts';
import { portCheck } from './checks/port.ts';
import { secretsCheck } from './checks/secrets.ts';
import { serviceCheck } from './checks/service.ts';
import { sharedJournalCheck } from './checks/sharedJournal.ts';

/** Every check, in the order in which it is reported: what others rest on comes first. */
export const CHECKS: readonly Check[] = [
  nodeCheck,
  configurationCheck,
  secretsCheck,
  homeCheck,
  diskCheck,
  journalCheck,
  sharedJournalCheck,
  gatewayCheck,
  portCheck,
  serviceCheck,
  clockCheck,
  dnsCheck,
  accountsCheck,
  agentsCheck,
];
