/** Bytes that come in pieces, as a whole. */
import type { OutgoingFile } from './port';

export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** A file for a backend that takes it inside its JSON. @throws RangeError when it is longer than its size */
export async function bytesOfFile(file: OutgoingFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size);
  let at = 0;
  for await (const chunk of file.read()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
