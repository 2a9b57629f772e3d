/** What an exported log is called: by its day, in the agent's own time zone. */
export function exportName(now: number, format: 'csv' | 'json'): string {
  const date = new Date(now);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return `holdfast-delivery-log-${parts.map((part) => String(part).padStart(2, '0')).join('-')}.${format}`;
}
