/**
 * How one record stands in a file: a line of text.
 *
 *   1 9f3ac2d1 - {"any":"json"}\n
 *   │ │        │ └ payload
 *   │ │        └ key id; `-` while nothing is encrypted
 *   │ └ CRC-32 of everything after it, without the newline
 *   └ format version; from 2 on, the sum covers it as well (`2 ` before the rest), so that a flipped
 *     bit in a line of today is damage and not a message from the future
 *
 * JSON never holds a raw newline, so a scan finds the next record after a damaged one.
 */
import { buf as crc32 } from 'crc-32';

/** The line format this build writes and reads. */
export const FRAME_VERSION = 1;

const NEWLINE = 0x0a;
/** `1 ` + eight hex digits + one space. */
const BODY_START = 11;
const CRC_START = 2;
const NULL_KEY = '- ';

/** The data was written by a newer version of the product; reading on would lose it. */
export class NewerFormatError extends Error {
  constructor(where: string) {
    super(`${where} was written by a newer version of Holdfast. Install that version to open it.`);
    this.name = 'NewerFormatError';
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8');

/** A record as one line, newline included. */
export function encodeFrame(record: unknown): Uint8Array {
  const bytes = encoder.encode(`${FRAME_VERSION} 00000000 ${NULL_KEY}${JSON.stringify(record)}\n`);
  const sum = checksum(bytes.subarray(BODY_START, bytes.length - 1));
  for (let i = 0; i < sum.length; i++) bytes[CRC_START + i] = sum.charCodeAt(i);
  return bytes;
}

/** Reads one line without its newline; `undefined` when it is damaged. */
export function decodeFrame(line: Uint8Array, where: string): { record: unknown } | undefined {
  const payload = payloadOf(line, where);
  return payload && { record: JSON.parse(decoder.decode(payload)) };
}

/** The JSON of one line without its newline, as bytes; `undefined` when it is damaged. */
export function payloadOf(line: Uint8Array, where: string): Uint8Array | undefined {
  const head = decoder.decode(line.subarray(0, 24));
  const match = /^(\d{1,4}) ([0-9a-f]{8}) (- )?/.exec(head);
  if (match === null) return undefined;
  const [, version = '', sum, key = ''] = match;
  const summed = line.subarray(match[0].length - key.length);
  const isNewer = version !== String(FRAME_VERSION);
  if (checksum(isNewer ? withVersion(version, summed) : summed) !== sum) return undefined;
  if (isNewer || key !== NULL_KEY) throw new NewerFormatError(where);
  return line.subarray(match[0].length);
}

/** Offset just after the next newline at or after `from`; -1 when there is none. */
export function nextLine(bytes: Uint8Array, from: number): number {
  return bytes.indexOf(NEWLINE, from) + 1 || -1;
}

function withVersion(version: string, summed: Uint8Array): Uint8Array {
  const head = encoder.encode(`${version} `);
  const whole = new Uint8Array(head.length + summed.length);
  whole.set(head);
  whole.set(summed, head.length);
  return whole;
}

function checksum(bytes: Uint8Array): string {
  return (crc32(bytes) >>> 0).toString(16).padStart(8, '0');
}
