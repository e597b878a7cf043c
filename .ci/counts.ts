// Prints `N passed, N failed, N skipped` from vitest's JSON report. Exit 1 where a test failed or was
// skipped, where a file could not be loaded, or where there is no report.
import { readFileSync } from 'node:fs';

interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

try {
  const report = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as Report;
  // A file that does not load has no test to count; it counts as one that failed.
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloaded;
  const skipped = report.numPendingTests + report.numTodoTests;
  process.stdout.write(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
  if (!report.success || failed + skipped > 0 || report.numPassedTests === 0) process.exitCode = 1;
} catch {
  process.stdout.write('0 passed, 1 failed, 0 skipped\n');
  process.exitCode = 1;
}
