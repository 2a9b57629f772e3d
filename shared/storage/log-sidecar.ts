/**
 * The sidecar of a sealed segment: what the caller must know of each record, so that opening a
 * large log reads no bodies. Losing one costs a scan, never data.
 */
import type { FileSystem } from './file-system';
import { decodeFrame, encodeFrame } from './record-frame';

/** Summary, offset and length of one record. */
export type SidecarEntry<S> = [summary: S, offset: number, length: number];

interface Sidecar<S> {
  /** Length of the segment it describes. */
  size: number;
  entries: SidecarEntry<S>[];
  /** Which form of summaries it holds; absent: 1. */
  version?: number;
}

/**
 * The sidecar of a segment; `null` when absent, damaged or of another version of summaries; `other-length` when the segment is not as long
 * as it was when it was sealed: it lost something, perhaps at the end of a line where no scan can tell.
 */
export async function readSidecar<S>(
  fs: FileSystem,
  segmentPath: string,
  version: number,
): Promise<Sidecar<S> | 'other-length' | null> {
  const bytes = await fs.read(`${segmentPath}.index`);
  const frame = bytes && decodeFrame(bytes.subarray(0, -1), `${segmentPath}.index`);
  if (!frame) return null;
  const sidecar = frame.record as Sidecar<S>;
  if (sidecar.size === 0 || (sidecar.version ?? 1) !== version) return null;
  const end = await fs.readRange(segmentPath, sidecar.size - 1, 2);
  return end.length === 1 ? sidecar : 'other-length';
}

export async function writeSidecar<S>(
  fs: FileSystem,
  segmentPath: string,
  size: number,
  entries: SidecarEntry<S>[],
  version: number,
): Promise<void> {
  await fs.replace(`${segmentPath}.index`, encodeFrame({ size, entries, version } satisfies Sidecar<S>));
}
