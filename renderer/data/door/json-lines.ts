/** Reads an answer that comes piece by piece, one JSON line for each thing. */

/**
 * Yields each line as soon as it is whole; ends where the body ends or breaks off, so that only the
 * last line's own word tells whether all came. Empty lines and half a line at the end are nothing; at a
 * line that is no JSON somebody else answers, and it ends as well.
 */
export async function* jsonLinesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<unknown> {
  if (body === null) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((text) => text.trim() !== '')) {
        const parsed = parse(line);
        if (parsed === undefined) return;
        yield parsed;
      }
    }
  } finally {
    // Whoever stops reading hangs up.
    await reader.cancel().catch(() => undefined);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
