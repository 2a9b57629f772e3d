/** Expressions inside texts, maps and lists: found, and replaced by what they gave. */
import type { Outcome } from './evaluator';
import type { Path } from './profile-source';
import type { Template } from './profile-schema';

/** One expression of a profile and where it stands. */
export interface Expression {
  text: string;
  path: Path;
  /** How many characters of the value stand before the expression: the `=`, or the path up to a brace. */
  skip: number;
}

/** The expression in a value, if it is one: a text that begins with `=`. */
export function expressionIn(value: unknown, path: Path): Expression | null {
  return typeof value === 'string' && value.startsWith('=') ? { text: value.slice(1), path, skip: 1 } : null;
}

/** Every expression in a template, in the order in which {@link fillTemplate} wants the outcomes. */
export function expressionsIn(template: Template | undefined, path: Path): readonly Expression[] {
  const own = expressionIn(template, path);
  if (own !== null) return [own];
  if (typeof template !== 'object' || template === null) return [];
  return Object.entries(template).flatMap(([name, value]) =>
    expressionsIn(value as Template, [...path, name]),
  );
}

/** What a template is with its expressions replaced. Inside a map, what gave nothing is left out. */
export function fillTemplate(template: Template | undefined, values: Iterator<unknown>): unknown {
  if (typeof template === 'string' && template.startsWith('=')) return values.next().value as unknown;
  if (Array.isArray(template)) {
    return (template as readonly Template[])
      .map((item) => fillTemplate(item, values))
      .filter((item) => item !== undefined);
  }
  if (typeof template !== 'object' || template === null) return template;
  const filled = Object.entries(template).map(
    ([name, value]) => [name, fillTemplate(value, values)] as const,
  );
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

const BRACES = /\{([^{}]+)\}/g;

/** The expressions in the braces of a path. */
export function expressionsInPath(text: string, path: Path): readonly Expression[] {
  return [...text.matchAll(BRACES)].map((match) => ({ text: match[1] ?? '', path, skip: match.index + 1 }));
}

/**
 * A path with its braces filled. Values are escaped, so that an id cannot lead elsewhere; only a whole
 * address that stands for the whole path is taken as it is.
 */
export function fillPath(text: string, values: readonly unknown[]): string {
  const whole = /^\{[^{}]+\}$/.test(text);
  let next = 0;
  return text.replace(BRACES, () => {
    const value = textOf(values[next++]);
    return whole && /^https?:\/\//.test(value) ? value : encodeURIComponent(value);
  });
}

/** A value as it stands in an address, a header or a form; lists are joined by commas. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

/** The values of outcomes, or the first problem with the place of its expression. */
export function valuesOf(
  outcomes: readonly Outcome[],
  expressions: readonly Expression[],
): { values: readonly unknown[] } | { problem: string; expression: Expression; position: number | null } {
  for (const [index, outcome] of outcomes.entries()) {
    const expression = expressions[index];
    if ('problem' in outcome && expression !== undefined) return { ...outcome, expression };
  }
  return { values: outcomes.map((outcome) => ('value' in outcome ? outcome.value : undefined)) };
}
