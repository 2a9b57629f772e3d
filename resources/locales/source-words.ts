/** Reads the page's source for the words it asks for, and for words that bypass the locales. For tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** One `t(…)` in the source. */
export interface WordUse {
  file: string;
  line: number;
  /** Namespaces the key may stand in. */
  namespaces: readonly string[];
  /** Matches every key the call can ask for; a part known only at run time matches anything. */
  pattern: RegExp;
  shown: string;
}

export interface SourceWords {
  uses: readonly WordUse[];
  /** `file:line text` of letters on screen that come from no locale. */
  bare: readonly string[];
  /** Every string literal, for keys that are chosen before they are passed on. */
  literals: ReadonlySet<string>;
}

/** Attributes whose text a person reads or hears. */
const READ_ATTRIBUTES =
  /^(aria-label|aria-description|aria-roledescription|title|placeholder|alt|label|description|.*Label)$/;
const LETTERS = /\p{L}{2,}/u;

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The keys a first argument can stand for: literals, templates and both branches of a choice. */
function patternsOf(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [escape(node.text)];
  if (ts.isConditionalExpression(node)) return [...patternsOf(node.whenTrue), ...patternsOf(node.whenFalse)];
  if (ts.isTemplateExpression(node)) {
    return [
      escape(node.head.text) + node.templateSpans.map((span) => `[^:]+${escape(span.literal.text)}`).join(''),
    ];
  }
  return [];
}

function namespacesIn(node: ts.Node): string[] {
  if (!ts.isCallExpression(node) || node.expression.getText() !== 'useTranslation') return [];
  const [first] = node.arguments;
  if (first === undefined) return ['common'];
  if (ts.isStringLiteralLike(first)) return [first.text];
  if (ts.isArrayLiteralExpression(first)) {
    const [main] = first.elements;
    return main !== undefined && ts.isStringLiteralLike(main) ? [main.text] : [];
  }
  return [];
}

function collect(node: ts.Node, find: (node: ts.Node) => string[]): string[] {
  const found = find(node);
  node.forEachChild((child) => {
    found.push(...collect(child, find));
  });
  return found;
}

/** Namespaces of the nearest function around a call that has its own `useTranslation`, else of the file. */
function namespacesAround(call: ts.Node): string[] {
  for (let at: ts.Node | undefined = call.parent; at !== undefined; at = at.parent) {
    if (!ts.isFunctionLike(at) && !ts.isSourceFile(at)) continue;
    const found = collect(at, namespacesIn);
    if (found.length > 0) return [...new Set(found)];
  }
  return ['common'];
}

/** Reads every source file under a folder. */
export function readSourceWords(folder: string): SourceWords {
  const uses: WordUse[] = [];
  const bare: string[] = [];
  const literals = new Set<string>();
  for (const file of sourceFiles(folder)) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const name = file.slice(folder.length + 1);
    const lineOf = (node: ts.Node) => source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node)) literals.add(node.text);
      if (ts.isCallExpression(node) && ['t', 'i18next.t', 'i18n.t'].includes(node.expression.getText())) {
        const [first] = node.arguments;
        for (const pattern of first === undefined ? [] : patternsOf(first)) {
          const [, prefix, key] = /^(?:([\w-]+):)?(.*)$/s.exec(pattern) ?? [];
          uses.push({
            file: name,
            line: lineOf(node),
            namespaces: prefix === undefined ? namespacesAround(node) : [prefix],
            pattern: new RegExp(`^${key ?? ''}$`, 'u'),
            shown: first?.getText() ?? '',
          });
        }
      }
      if (ts.isJsxText(node) && LETTERS.test(node.text))
        bare.push(`${name}:${lineOf(node)} ${node.text.trim()}`);
      if (
        ts.isJsxAttribute(node) &&
        READ_ATTRIBUTES.test(node.name.getText()) &&
        node.initializer !== undefined &&
        ts.isStringLiteral(node.initializer) &&
        LETTERS.test(node.initializer.text)
      ) {
        bare.push(`${name}:${lineOf(node)} ${node.getText()}`);
      }
      if (
        ts.isJsxExpression(node) &&
        !ts.isJsxAttribute(node.parent) &&
        node.expression !== undefined &&
        ts.isStringLiteralLike(node.expression) &&
        LETTERS.test(node.expression.text)
      ) {
        bare.push(`${name}:${lineOf(node)} ${node.getText()}`);
      }
      node.forEachChild(visit);
    };
    visit(source);
  }
  return { uses, bare, literals };
}
