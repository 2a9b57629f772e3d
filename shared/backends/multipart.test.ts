import { describe, expect, it } from 'vitest';
import { encodeMultipart } from './multipart';
import type { OutgoingFile } from './port';

const file = (name: string, mediaType: string, ...chunks: string[]): OutgoingFile => ({
  hash: '',
  name,
  mediaType,
  size: chunks.join('').length,
  async *read() {
    for (const chunk of chunks) yield new TextEncoder().encode(chunk);
  },
});

async function textOf(body: AsyncIterable<Uint8Array>): Promise<{ text: string; bytes: number }> {
  let text = '';
  let bytes = 0;
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    bytes += chunk.length;
    text += decoder.decode(chunk, { stream: true });
  }
  return { text, bytes };
}

describe('a multipart body', () => {
  it('carries fields and files in their order and ends with the boundary', async () => {
    const { contentType, body } = encodeMultipart(
      {
        fields: [['content', 'Grüße\r\nzweite Zeile']],
        files: [{ field: 'attachments[]', file: file('a.txt', 'text/plain', 'one', 'two') }],
      },
      'b1',
    );
    expect(contentType).toBe('multipart/form-data; boundary=b1');
    expect((await textOf(body)).text).toBe(
      '--b1\r\nContent-Disposition: form-data; name="content"\r\n\r\nGrüße\r\nzweite Zeile\r\n' +
        '--b1\r\nContent-Disposition: form-data; name="attachments[]"; filename="a.txt"\r\n' +
        'Content-Type: text/plain\r\n\r\nonetwo\r\n--b1--\r\n',
    );
  });

  it('says its length to the byte before anything is read', async () => {
    const { length, body } = encodeMultipart(
      {
        fields: [
          ['a', 'привет'],
          ['b', ''],
        ],
        files: [
          { field: 'f', file: file('ü.bin', '', 'abc') },
          { field: 'f', file: file('empty', 'image/png') },
        ],
      },
      'b2',
    );
    expect((await textOf(body)).bytes).toBe(length);
  });

  it('lets no name and no type break out of its header', async () => {
    const name = 'a"\r\nX-Evil: 1.txt';
    const { body } = encodeMultipart(
      { fields: [], files: [{ field: 'f', file: file(name, 'text/html\r\nX-Evil: 2', 'x') }] },
      'b3',
    );
    const { text } = await textOf(body);
    expect(text).toContain('filename="a%22%0D%0AX-Evil: 1.txt"');
    expect(text).toContain('Content-Type: application/octet-stream');
    expect(text.split('\r\n').some((line) => line.startsWith('X-Evil'))).toBe(false);
  });
});
