/** The text of a profile: what it says, and where each part of it stands. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';

/** A place in the file; both count from 1. */
export interface Position {
  line: number;
  column: number;
}

/** A step per name or index from the top of the profile. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with a profile, in words that say what to do. */
export interface ProfileProblem extends Position {
  message: string;
}

const MAX_CHARACTERS = 256 * 1024;

export interface ProfileSource {
  /** The name of the file, for errors. */
  file: string;
  value: unknown;
  /**
   * Where the value at a path stands, or its name (`key`); of what is not there, the name of the nearest
   * part around it that is. `offset` counts characters into a text.
   */
  where(path: Path, at?: { key?: boolean; offset?: number | null }): Position;
}

/** Reads YAML; problems are told with their places, and then there is no source. */
export function readSource(
  file: string,
  text: string,
): { source: ProfileSource } | { problems: readonly ProfileProblem[] } {
  if (text.length > MAX_CHARACTERS) {
    return {
      problems: [{ line: 1, column: 1, message: 'The file is larger than 256 KB, which no profile is.' }],
    };
  }
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map((error) => ({
        ...positionAt(error.pos[0]),
        message: `This is not YAML: ${error.message}.${hintOf(error.message)}`,
      })),
    };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    return { problems: [{ line: 1, column: 1, message: `This is not YAML: ${(error as Error).message}` }] };
  }
  return {
    source: { file, value, where: (path, at = {}) => positionAt(offsetOf(document, text, path, at)) },
  };
}

/** What most often is behind a complaint of YAML's. */
function hintOf(message: string): string {
  if (/^Nested mappings/.test(message)) return ' Put a text that has ": " in it between single quotes.';
  if (/^Implicit keys/.test(message)) return ' A colon may be missing behind a name.';
  return '';
}

function offsetOf(
  document: Document,
  text: string,
  path: Path,
  { key = false, offset = null }: { key?: boolean; offset?: number | null },
): number {
  let node = resolved(document, document.contents);
  let found = node?.range?.[0] ?? 0;
  /** The name under which that stands. */
  let named = found;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) return named;
      named = (pair.key as Node).range?.[0] ?? found;
      if (key && index === path.length - 1) return named;
      const value = pair.value as Node | null;
      // What an alias stands for is written elsewhere, and that is what has to be mended.
      node = resolved(document, value);
      found = node?.range?.[0] ?? named;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      if (item === undefined) return named;
      node = resolved(document, item);
      found = node?.range?.[0] ?? found;
      named = found;
    } else return found;
  }
  return offset === null || !isScalar(node) ? found : found + withinScalar(node, text, found, offset);
}

/** How far behind the start of its node a character of a text stands in the file, as far as can be told. */
function withinScalar(node: Node & { type?: string }, text: string, start: number, offset: number): number {
  const end = node.range?.[1] ?? start;
  const written = text.slice(start, end);
  if (node.type === 'BLOCK_LITERAL') {
    // The header's line, then lines as they are, each behind its indentation.
    const value = String((node as { value?: unknown }).value);
    const before = value.slice(0, offset).split('\n');
    const rows = written.split('\n');
    const indent = /^ */.exec(rows.slice(1).find((row) => row.trim() !== '') ?? '')?.[0].length ?? 0;
    const rowsBefore = rows.slice(0, before.length).reduce((sum, row) => sum + row.length + 1, 0);
    return rowsBefore + indent + (before.at(-1)?.length ?? 0);
  }
  if (written.includes('\n')) return 0;
  return (node.type === 'PLAIN' ? 0 : 1) + offset;
}

function resolved(document: Document, node: unknown): Node | null {
  if (isAlias(node)) return (node.resolve(document) as Node | undefined) ?? null;
  return (node as Node | null) ?? null;
}
