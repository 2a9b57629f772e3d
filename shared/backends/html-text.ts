/** Plain text as HTML, for backends whose messages are HTML; lines stay lines. */
export function htmlOf(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return text.replace(/[&<>]/g, (sign) => entities[sign] ?? sign).replace(/\r\n|\r|\n/g, '<br>');
}
