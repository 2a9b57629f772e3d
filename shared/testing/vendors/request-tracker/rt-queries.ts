/**
 * The two languages of a simulated Request Tracker's searches, as far as the adapter speaks them:
 * TicketSQL for tickets and transactions, JSON for the rest. What it does not know is refused, as the
 * real one refuses it.
 */

/** What a row says under a name: a value, several, or nothing under a name that is not known. */
export type Facts = (name: string) => string | number | readonly string[] | undefined;
export type Filter = (facts: Facts) => boolean;

export class WrongQuery extends Error {}

/** `A=1 AND (B='x' OR C > 2) AND CF.{Name} IS NOT NULL` */
export function ticketSql(text: string): Filter {
  const tokens = text.match(/\(|\)|'(?:[^'\\]|\\.)*'|CF\.\{[^}]*\}|!=|[=<>]|[^\s()=<>!]+/g) ?? [];
  let at = 0;
  const next = (): string => tokens[at++] ?? '';
  const isNext = (word: string): boolean => tokens[at]?.toUpperCase() === word && ++at > 0;

  function either(): Filter {
    const parts = [both()];
    while (isNext('OR')) parts.push(both());
    return (facts) => parts.some((part) => part(facts));
  }
  function both(): Filter {
    const parts = [one()];
    while (isNext('AND')) parts.push(one());
    return (facts) => parts.every((part) => part(facts));
  }
  function one(): Filter {
    if (isNext('(')) {
      const inner = either();
      if (!isNext(')')) throw new WrongQuery('Wrong query, expecting a CLOSE_PAREN');
      return inner;
    }
    const name = next();
    const operator = next().toUpperCase();
    if (operator === 'IS') {
      const isNot = isNext('NOT');
      if (!isNext('NULL')) throw new WrongQuery('Wrong query, expecting NULL');
      return (facts) => valuesOf(facts(name)).length > 0 === isNot;
    }
    const value = next();
    if (!['=', '!=', '<', '>'].includes(operator) || value === '') {
      throw new WrongQuery(`Wrong query, expecting a OPERATOR in '${name} >${operator}<--here'`);
    }
    const plain = value.startsWith("'") ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
    return (facts) => compares(facts(name), operator, plain);
  }

  const filter = either();
  if (at < tokens.length) throw new WrongQuery(`Wrong query near ${tokens[at]}`);
  return filter;
}

interface Term {
  field: string;
  operator?: string;
  value: string;
}

/** Terms of one field are alternatives where there are several, fields must all hold. */
export function jsonSearch(text: string): Filter {
  const terms = JSON.parse(text) as Term[];
  const byField = new Map<string, Term[]>();
  for (const term of terms) {
    const key = `${term.field} ${term.operator ?? '='}`;
    byField.set(key, [...(byField.get(key) ?? []), term]);
  }
  return (facts) =>
    [...byField.values()].every((alternatives) =>
      alternatives.some(({ field, operator = '=', value }) =>
        compares(facts(field), operator, String(value)),
      ),
    );
}

function valuesOf(found: ReturnType<Facts>): readonly string[] {
  if (found === undefined || found === '') return [];
  return typeof found === 'object' ? found : [String(found)];
}

function compares(found: ReturnType<Facts>, operator: string, value: string): boolean {
  const values = valuesOf(found);
  switch (operator) {
    case '=':
      return values.some((each) => each.toLowerCase() === value.toLowerCase());
    case '!=':
      return !compares(found, '=', value);
    case '<':
      return values.some((each) => Number(each) < Number(value));
    case '>':
      return values.some((each) => Number(each) > Number(value));
    case 'NOT LIKE':
      return !values.some((each) => each.includes(value));
    default:
      throw new WrongQuery(`Unknown operator ${operator}`);
  }
}
