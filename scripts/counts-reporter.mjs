// A vitest and Playwright reporter in one shape: writes what ran as JSON for scripts/test.mjs.
// COUNTS_FILE names the file. {passed, failed, skipped: [{title, reason}], failures: [title]}
import { writeFileSync } from 'node:fs';

/** Collects the end state of every test and writes it when the run ends. */
export class Counts {
  passed = 0;
  /** @type {string[]} */
  failures = [];
  /** @type {{title: string, reason: string}[]} */
  skipped = [];

  write() {
    const file = process.env['COUNTS_FILE'];
    if (file === undefined) return;
    const { passed, failures, skipped } = this;
    writeFileSync(file, JSON.stringify({ passed, failed: failures.length, failures, skipped }));
  }
}

/** vitest's side: a file or a suite that failed outside its tests counts as a failure too. */
export default class VitestCounts {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = new Counts();
    for (const module of modules) {
      if (module.errors().length > 0) counts.failures.push(module.moduleId);
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) counts.failures.push(suite.fullName);
      }
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'failed') counts.failures.push(test.fullName);
        else counts.skipped.push({ title: test.fullName, reason: result.note ?? 'no reason given' });
      }
    }
    for (const error of unhandledErrors) counts.failures.push(`outside the tests: ${error.message}`);
    counts.write();
  }
}
