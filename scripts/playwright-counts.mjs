// Playwright's side of scripts/counts-reporter.mjs.
import { Counts } from './counts-reporter.mjs';

export default class PlaywrightCounts {
  counts = new Counts();
  /** @type {import('@playwright/test/reporter').Suite | undefined} */
  suite;

  onBegin(_config, suite) {
    this.suite = suite;
  }

  onError(error) {
    this.counts.failures.push(`outside the tests: ${error.message ?? 'unknown'}`);
  }

  onEnd() {
    for (const test of this.suite?.allTests() ?? []) {
      const title = test.titlePath().filter(Boolean).join(' › ');
      const outcome = test.outcome();
      if (outcome === 'skipped') {
        const asked = test.annotations.find((note) => note.type === 'skip' || note.type === 'fixme');
        if (test.results.length > 0 || asked !== undefined) {
          this.counts.skipped.push({ title, reason: asked?.description ?? 'no reason given' });
        } else this.counts.failures.push(`${title} (did not run)`);
      } else if (outcome === 'expected') this.counts.passed += 1;
      else this.counts.failures.push(title);
    }
    this.counts.write();
  }

  printsToStdio() {
    return false;
  }
}
