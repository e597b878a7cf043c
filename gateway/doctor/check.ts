import type { Examinee } from './examinee.ts';
import type { Finding } from './finding.ts';

/**
 * One examination. It looks and changes nothing; what it may mend is a finding's `fix`. It ends soon
 * after `signal` aborts; the doctor goes on without it if it does not.
 */
export interface Check {
  readonly name: string;
  examine(of: Examinee, signal: AbortSignal): Promise<readonly Finding[]>;
}
