/** Names, manifest and repair of the files of an {@link IndexedLog}. */
import type { FileSystem } from './file-system';
import { decodeFrame, encodeFrame, nextLine } from './record-frame';

/** File name of a segment; `generation` rises with every rewrite, `segment` starts at 1 in each. */
export function segmentName(generation: number, segment: number): string {
  return `${String(generation).padStart(6, '0')}-${String(segment).padStart(6, '0')}.log`;
}

/** Every segment in a folder, of any generation, ascending. */
export async function segmentsOf(
  fs: FileSystem,
  folder: string,
): Promise<{ generation: number; segment: number }[]> {
  return (await fs.list(folder))
    .map((name) => /^(\d{6,})-(\d{6,})\.log$/.exec(name))
    .filter((match) => match !== null)
    .map((match) => ({ generation: Number(match[1]), segment: Number(match[2]) }))
    .sort((a, b) => a.generation - b.generation || a.segment - b.segment);
}

/**
 * The generation that counts. Without a readable manifest the oldest one on disk does (a finished
 * rewrite removes old segments first to last), and the manifest is written anew.
 */
export async function currentGeneration(fs: FileSystem, folder: string): Promise<number> {
  const bytes = await fs.read(`${folder}/manifest`);
  const frame = bytes && decodeFrame(bytes.subarray(0, -1), `${folder}/manifest`);
  if (frame) return (frame.record as { generation: number }).generation;
  const segments = await segmentsOf(fs, folder);
  const generation = (segments.find((s) => s.segment === 1) ?? segments[0])?.generation ?? 1;
  await writeManifest(fs, folder, generation);
  return generation;
}

export async function writeManifest(fs: FileSystem, folder: string, generation: number): Promise<void> {
  await fs.replace(`${folder}/manifest`, encodeFrame({ generation }));
}

export interface ScanResult {
  /** Length of the segment once repaired. */
  size: number;
  /** Bytes of an unfinished line at the end of the last segment, cut. */
  tornBytes: number;
  /** Lines that failed their checksum, set aside. */
  damaged: number;
}

const SCAN_BYTES = 1024 * 1024;

/**
 * Tells every good record of a segment with its place in the repaired file. An unfinished line at
 * the very end of the last segment is a write torn by a crash and cut; anything else that fails
 * its checksum is copied to `<segment>.damaged` and taken out.
 */
export async function scanSegment(
  fs: FileSystem,
  path: string,
  last: boolean,
  onRecord: (record: unknown, offset: number, length: number) => void,
): Promise<ScanResult> {
  const result: ScanResult = { size: 0, tornBytes: 0, damaged: 0 };
  const damage: Uint8Array[] = [];
  /** Good ranges of the file as it is, only needed when it must be repaired. */
  const good: { from: number; to: number }[] = [];
  for await (const { line, from, complete } of linesOf(fs, path)) {
    const frame = complete ? decodeFrame(line.subarray(0, -1), path) : undefined;
    if (frame !== undefined) {
      onRecord(frame.record, result.size, line.length);
      result.size += line.length;
      const before = good.at(-1);
      if (before?.to === from) before.to += line.length;
      else good.push({ from, to: from + line.length });
    } else if (last && !complete) {
      result.tornBytes = line.length;
    } else {
      result.damaged += 1;
      damage.push(line.slice(), new Uint8Array(complete ? [] : [0x0a]));
    }
  }
  if (damage.length > 0) {
    await repair(fs, path, good, damage);
  } else if (result.tornBytes > 0) {
    const file = await fs.append(path);
    await file.truncate(result.size);
    await file.close();
  }
  return result;
}

/** Lines of a file, newline included; the last one may lack it (`complete: false`). */
async function* linesOf(
  fs: FileSystem,
  path: string,
): AsyncGenerator<{ line: Uint8Array; from: number; complete: boolean }> {
  let rest: Uint8Array = new Uint8Array(0);
  let restAt = 0;
  for (;;) {
    const chunk = await fs.readRange(path, restAt + rest.length, Math.max(SCAN_BYTES, rest.length));
    if (chunk.length === 0) break;
    const bytes = joined(rest, chunk);
    let start = 0;
    for (let end = nextLine(bytes, 0); end > 0; end = nextLine(bytes, start)) {
      yield { line: bytes.subarray(start, end), from: restAt + start, complete: true };
      start = end;
    }
    rest = bytes.subarray(start);
    restAt += start;
  }
  if (rest.length > 0) yield { line: rest, from: restAt, complete: false };
}

async function repair(
  fs: FileSystem,
  path: string,
  good: readonly { from: number; to: number }[],
  damage: readonly Uint8Array[],
): Promise<void> {
  const aside = (await fs.read(`${path}.damaged`)) ?? new Uint8Array(0);
  await fs.replace(`${path}.damaged`, joined(aside, ...damage));
  const whole = (await fs.read(path)) ?? new Uint8Array(0);
  await fs.replace(path, joined(...good.map(({ from, to }) => whole.subarray(from, to))));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
