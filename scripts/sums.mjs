/**
 * The closing lines of `npm test`.
 * @param {{passed: number, failures: string[], skipped: {title: string, reason: string}[]}[]} parts
 * @returns {{lines: string[], exitCode: 0 | 1}} the last line is `N passed, N failed[, N skipped]`
 */
export function sumUp(parts) {
  const passed = parts.reduce((sum, part) => sum + part.passed, 0);
  const failures = parts.flatMap((part) => part.failures);
  const skipped = parts.flatMap((part) => part.skipped);
  return {
    lines: [
      '',
      ...skipped.map(({ title, reason }) => `skipped: ${title}: ${reason}`),
      ...failures.map((title) => `FAILED: ${title}`),
      `${passed} passed, ${failures.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
    ],
    exitCode: failures.length > 0 || passed === 0 ? 1 : 0,
  };
}
