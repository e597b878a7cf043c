// Prints `N passed, N failed, N skipped` from vitest's JSON reports, added up. Exit 1 where a test failed
// or was skipped, where a file could not be loaded, or where a report is missing or empty.
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

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function countsOf(path: string): Counts {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
    // A file that does not load has no test to count; it counts as one that failed.
    const unloaded = report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
    const passed = report.numPassedTests;
    const failed = report.numFailedTests + unloaded;
    const broken = failed === 0 && (!report.success || passed === 0) ? 1 : 0;
    return {
      passed,
      failed: failed + broken,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const all = process.argv.slice(2).map(countsOf);
const sum = (what: keyof Counts) => all.reduce((n, counts) => n + counts[what], 0);
const failed = sum('failed') + (all.length === 0 ? 1 : 0);
process.stdout.write(`${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped\n`);
if (failed + sum('skipped') > 0) process.exitCode = 1;
