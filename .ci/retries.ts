// A reporter: the tests that needed a second try, a line each, added to the file that SECOND_TRIES names.
import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase } from 'vitest/node';

// biome-ignore lint/style/noDefaultExport: this is how vitest finds a reporter by its file
export default class Retries implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const file = process.env.SECOND_TRIES;
    const tries = test.diagnostic()?.retryCount ?? 0;
    if (file === undefined || tries === 0) return;
    appendFileSync(file, `${test.module.relativeModuleId}: ${test.fullName}\n`);
  }
}
