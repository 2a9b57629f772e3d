/** What an account is called that nobody named. Pure. */

/**
 * Its address as far as it takes to tell it from the others: the host with its port, then the path and
 * the workspace as well, at last a figure.
 * @param at where its helpdesk is, and which part of it
 * @param taken what the others are called
 */
export function nameByAddress(
  at: { url: string; values: { workspace?: string | undefined } },
  taken: readonly string[],
): string {
  const { host } = new URL(at.url);
  const whole = wholeAddress(at);
  const free = [host, whole].find((name) => !taken.includes(name));
  if (free !== undefined) return free;
  for (let n = 2; ; n += 1) if (!taken.includes(`${whole} ${n}`)) return `${whole} ${n}`;
}

/** Host and port, path and workspace, as agents tell one helpdesk from another. */
export function wholeAddress({ url, values }: Parameters<typeof nameByAddress>[0]): string {
  const { host, pathname } = new URL(url);
  return [host, pathname.replace(/\/$/, ''), values.workspace && ` (${values.workspace})`].join('');
}
