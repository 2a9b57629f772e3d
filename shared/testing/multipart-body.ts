/** Reads a `multipart/form-data` body (RFC 7578) as a server does, for simulators and request checks. */

export interface MultipartFile {
  field: string;
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

export interface MultipartBody {
  fields: (readonly [name: string, value: string])[];
  files: MultipartFile[];
}

/** @throws when the body is not what its content type says */
export function readMultipart(contentType: string, body: Uint8Array): MultipartBody {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) throw new Error('The multipart body names no boundary.');
  // One character a byte, so that places in the text are places in the bytes.
  const text = latin1Of(body);
  const parts = text.split(`--${boundary}`);
  if (parts.length < 2 || parts[0] !== '' || !parts.at(-1)?.startsWith('--')) {
    throw new Error('The multipart body does not begin and end with its boundary.');
  }
  const read: MultipartBody = { fields: [], files: [] };
  for (const part of parts.slice(1, -1)) {
    const end = part.indexOf('\r\n\r\n');
    if (end < 0 || !part.startsWith('\r\n') || !part.endsWith('\r\n')) {
      throw new Error('A part of the multipart body has no head or no end.');
    }
    const head = utf8Of(part.slice(2, end));
    const content = part.slice(end + 4, -2);
    const field = nameIn(head, 'name');
    if (field === null) throw new Error('A part of the multipart body has no name.');
    const file = nameIn(head, 'filename');
    if (file === null) {
      read.fields.push([field, utf8Of(content)]);
      continue;
    }
    const mediaType = /content-type:\s*([^\r\n;]+)/i.exec(head)?.[1]?.trim() ?? 'text/plain';
    read.files.push({ field, name: file, mediaType, bytes: bytesOf(content) });
  }
  return read;
}

/**
 * Fields as Rails and PHP understand their names: `a[b]` is a field of a field, `a[]` one of a list,
 * `a[][b]` a field of one of a list.
 */
export function nestedFields(fields: MultipartBody['fields']): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [name, value] of fields) {
    const [first = name] = name.split('[', 1);
    const steps = [first, ...[...name.slice(first.length).matchAll(/\[([^\]]*)\]/g)].map(([, step]) => step)];
    put(root, steps as string[], value);
  }
  return root;
}

function put(into: Record<string, unknown>, [step = '', ...rest]: string[], value: string): void {
  if (rest.length === 0) into[step] = value;
  else if (rest[0] === '') {
    const list = (into[step] ??= []) as unknown[];
    list.push(rest.length === 1 ? value : nestedOf(rest.slice(1), value));
  } else put((into[step] ??= {}) as Record<string, unknown>, rest, value);
}

function nestedOf(steps: string[], value: string): Record<string, unknown> {
  const inner: Record<string, unknown> = {};
  put(inner, steps, value);
  return inner;
}

function nameIn(head: string, parameter: string): string | null {
  const found = new RegExp(`[;\\s]${parameter}="([^"]*)"`, 'i').exec(head)?.[1];
  return found === undefined
    ? null
    : found.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');
}

function latin1Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  }
  return text;
}

function bytesOf(latin1: string): Uint8Array {
  return Uint8Array.from(latin1, (character) => character.charCodeAt(0));
}

function utf8Of(latin1: string): string {
  return new TextDecoder().decode(bytesOf(latin1));
}
