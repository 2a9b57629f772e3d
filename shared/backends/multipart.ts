/** `multipart/form-data` (RFC 7578), written as it is sent: a file is never whole in memory. */
import type { OutgoingFile } from './port';

export interface Multipart {
  fields: readonly (readonly [name: string, value: string])[];
  files: readonly { field: string; file: OutgoingFile }[];
}

export interface EncodedMultipart {
  contentType: string;
  /** In bytes: a server that wants a length gets one. */
  length: number;
  body: AsyncIterable<Uint8Array>;
}

/** @param boundary a text that occurs in no part; random enough never to be met by chance */
export function encodeMultipart({ fields, files }: Multipart, boundary: string): EncodedMultipart {
  const encoder = new TextEncoder();
  const plain = fields.map(([name, value]) =>
    encoder.encode(
      `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
    ),
  );
  const heads = files.map(({ field, file }) =>
    encoder.encode(
      `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(field)}"; filename="${quoted(file.name)}"\r\n` +
        `Content-Type: ${mediaTypeOf(file)}\r\n\r\n`,
    ),
  );
  const lineEnd = encoder.encode('\r\n');
  const end = encoder.encode(`--${boundary}--\r\n`);
  const sizes = [...plain, ...heads].map((part) => part.length);
  const fileBytes = files.map(({ file }) => file.size + lineEnd.length);
  async function* body(): AsyncIterable<Uint8Array> {
    yield* plain;
    for (const [index, { file }] of files.entries()) {
      yield heads[index] ?? end;
      yield* file.read();
      yield lineEnd;
    }
    yield end;
  }
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: [...sizes, ...fileBytes].reduce((sum, size) => sum + size, end.length),
    body: body(),
  };
}

/** How browsers write a name (WHATWG HTML, "multipart/form-data encoding algorithm"). */
function quoted(name: string): string {
  return name.replace(/\r\n|\r|\n/g, '%0D%0A').replaceAll('"', '%22');
}

/** What an agent's system called the type; nothing of it may break out of the header. */
export function mediaTypeOf({ mediaType }: Pick<OutgoingFile, 'mediaType'>): string {
  return /^[\w.+-]+\/[\w.+-]+$/.test(mediaType) ? mediaType : 'application/octet-stream';
}
