/**
 * Judges requests by a vendor's own OpenAPI 3 description: the path, the names and types of query
 * parameters, and the body by its schema. A description forgets things; what is known from elsewhere
 * is added one by one with its source, and an addition that the description knows after all fails.
 */
import { Ajv, type ValidateFunction } from 'ajv';
import { nestedFields, readMultipart } from './multipart-body';
import type { VendorRequest, VendorServer } from './vendor-kit';

type Schema = Readonly<Record<string, unknown>>;

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  explode?: boolean;
  schema?: Schema;
}

interface RequestBody {
  required?: boolean;
  content?: Readonly<Record<string, { schema?: Schema }>>;
}

interface Operation {
  parameters?: readonly unknown[];
  requestBody?: unknown;
}

/** A parsed description; only `paths` and `components` are looked at. */
export interface OpenApiDocument {
  paths: Readonly<Record<string, unknown>>;
  components?: unknown;
}

/** Something that the server takes although its description does not say so. */
export interface Addition {
  method: string;
  /** As the description writes it, with its braces; one that it does not have is added. */
  path: string;
  /** Query parameters by name. */
  query?: Readonly<Record<string, Schema>>;
  /** Fields of the body by name. */
  body?: Readonly<Record<string, Schema>>;
  /** Media types that the body may have beside those described. */
  bodyTypes?: readonly string[];
  /** Where it is known from: a file of the vendor's source, a page of its documentation. */
  source: string;
}

export interface RequestJudge {
  /** What is wrong with a request; empty when nothing is. */
  problemsOf(request: VendorRequest): string[];
}

/** @throws when an addition is described already */
export function requestJudge(document: OpenApiDocument, additions: readonly Addition[] = []): RequestJudge {
  const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false, allErrors: true });
  // What comes in an address or a form is text: numbers and booleans are read out of it.
  const lenient = new Ajv({
    strict: false,
    validateFormats: false,
    validateSchema: false,
    coerceTypes: true,
  });
  const compiled = new Map<string, ValidateFunction>();
  const templates = [...new Set([...Object.keys(document.paths), ...additions.map(({ path }) => path)])].map(
    (path) => ({ path, pattern: patternOf(path), literals: literalsOf(path) }),
  );
  // A path that is written out counts before one with a place for an id.
  templates.sort((a, b) => b.literals - a.literals);

  function resolved(node: unknown): unknown {
    const at = (node as { $ref?: unknown } | null | undefined)?.$ref;
    if (typeof at !== 'string') return node;
    let found: unknown = document;
    for (const step of at.replace(/^#\//, '').split('/')) {
      const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
      found = (found as Record<string, unknown> | undefined)?.[name];
    }
    return resolved(found);
  }

  function errorsOf(schema: Schema, value: unknown, by: Ajv): string[] {
    // By its text: parameters are wrapped anew for each request.
    const text = `${by === ajv} ${JSON.stringify(schema)}`;
    let check = compiled.get(text);
    if (check === undefined) {
      // A description may be megabytes long; it goes along only where something refers to it.
      const whole = text.includes('"$ref"') ? { ...schema, components: document.components } : schema;
      check = by.compile(whole);
      compiled.set(text, check);
    }
    // Ajv writes what it read out of a text back into its holder.
    const holder = structuredClone(value);
    if (check(holder)) return [];
    return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`.trim());
  }

  function operationAt(path: string, method: string): Operation | null {
    const item = resolved(document.paths[path]) as Record<string, unknown> | undefined;
    const operation = resolved(item?.[method]) as Operation | undefined;
    if (operation === undefined) return null;
    const shared = (item?.['parameters'] ?? []) as readonly unknown[];
    return { ...operation, parameters: [...shared, ...(operation.parameters ?? [])] };
  }

  const parametersOf = (operation: Operation | null): Parameter[] =>
    (operation?.parameters ?? []).map((parameter) => resolved(parameter) as Parameter);

  const addedTo = (path: string, method: string): Addition[] =>
    additions.filter((addition) => addition.path === path && addition.method.toLowerCase() === method);

  function judgeQuery(
    request: VendorRequest,
    parameters: readonly Parameter[],
    added: readonly Addition[],
  ): string[] {
    const problems: string[] = [];
    const known = new Map(parameters.filter((one) => one.in === 'query').map((one) => [one.name, one]));
    for (const name of new Set(request.query.keys())) {
      const values = request.query.getAll(name);
      const extra = added.find(({ query }) => query?.[name] !== undefined)?.query?.[name];
      const parameter = known.get(name) ?? known.get(name.replace(/\[\]$/, ''));
      const schema = extra ?? parameter?.schema;
      if (schema === undefined) {
        // `page[size]` is described as such, or as an object called `page`.
        const outer = known.get(name.replace(/\[.*$/, ''));
        if (outer === undefined) problems.push(`the query parameter "${name}" is not described`);
        continue;
      }
      const list = (resolved(schema) as Schema)['type'] === 'array';
      const value = list ? (parameter?.explode === false ? values.join(',').split(',') : values) : values[0];
      problems.push(
        ...errorsOf({ type: 'object', properties: { [name]: schema } }, { [name]: value }, lenient),
      );
    }
    for (const { name, required } of known.values()) {
      if (required === true && !request.query.has(name))
        problems.push(`the query parameter "${name}" is missing`);
    }
    return problems;
  }

  function judgePath(path: string, values: readonly string[], parameters: readonly Parameter[]): string[] {
    const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    return names.flatMap((name = '', index) => {
      const schema = parameters.find((one) => one.in === 'path' && one.name === name)?.schema;
      if (schema === undefined) return [];
      const value = decodeURIComponent(values[index] ?? '');
      return errorsOf({ type: 'object', properties: { [name]: schema } }, { [name]: value }, lenient);
    });
  }

  function judgeBody(
    request: VendorRequest,
    operation: Operation | null,
    added: readonly Addition[],
  ): string[] {
    const described = resolved(operation?.requestBody) as RequestBody | undefined;
    const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
    const extra = Object.assign({}, ...added.map(({ body }) => body ?? {})) as Record<string, Schema>;
    if (request.body.length === 0) return described?.required === true ? ['the body is missing'] : [];
    const content = Object.entries(described?.content ?? {});
    const exact = content.find(([name]) => isOfType(type, name));
    const allowed =
      exact ?? (added.some(({ bodyTypes }) => bodyTypes?.includes(type)) ? content[0] : undefined);
    if (allowed === undefined && Object.keys(extra).length === 0)
      return [`a body of type "${type}" is not described`];
    const schema = resolved(allowed?.[1].schema ?? {}) as Schema;
    const form = type === 'multipart/form-data';
    if (!form && !/[/+]json$/.test(type)) return [];
    const value: unknown = form
      ? nestedFields(readMultipart(request.headers['content-type'] ?? '', request.body).fields)
      : JSON.parse(new TextDecoder().decode(request.body));
    const known = withoutFields(value, Object.keys(extra));
    return [
      ...errorsOf(schema, known, form ? lenient : ajv),
      ...undescribed(known, schema, 'body'),
      ...errorsOf({ type: 'object', properties: extra }, value, form ? lenient : ajv),
    ];
  }

  /** Fields of a body that its schema does not name; where a schema names none, any may stand. */
  function undescribed(value: unknown, node: unknown, at: string): string[] {
    const schema = resolved(node) as Schema | undefined;
    if (schema === undefined || typeof value !== 'object' || value === null) return [];
    if (Array.isArray(value)) {
      return value.flatMap((item, index) => undescribed(item, schema['items'], `${at}[${index}]`));
    }
    const properties = propertiesOf(schema);
    if (properties === null) return [];
    return Object.entries(value).flatMap(([name, inner]) =>
      name in properties
        ? undescribed(inner, properties[name], `${at}.${name}`)
        : [`${at}.${name} is not described`],
    );
  }

  /** `null`: anything goes. */
  function propertiesOf(schema: Schema): Record<string, unknown> | null {
    if (schema['additionalProperties'] !== undefined && schema['additionalProperties'] !== false) return null;
    const parts = ['allOf', 'oneOf', 'anyOf'].flatMap((name) => (schema[name] ?? []) as unknown[]);
    const inner = parts.map((part) => propertiesOf(resolved(part) as Schema));
    const own = (schema['properties'] ?? {}) as Record<string, unknown>;
    const named = Object.assign({}, own, ...inner.map((part) => part ?? {})) as Record<string, unknown>;
    return Object.keys(named).length === 0 ? null : named;
  }

  function problemsOf(request: VendorRequest): string[] {
    const method = request.method.toLowerCase();
    for (const { path, pattern } of templates) {
      const found = pattern.exec(request.path);
      if (found === null) continue;
      const operation = operationAt(path, method);
      const added = addedTo(path, method);
      if (operation === null && added.length === 0) continue;
      const parameters = parametersOf(operation);
      return [
        ...judgePath(path, found.slice(1), parameters),
        ...judgeQuery(request, parameters, added),
        ...judgeBody(request, operation, added),
      ].map((problem) => `${request.method} ${path}: ${problem}`);
    }
    return [`${request.method} ${request.path} is not described`];
  }

  for (const { path, method, query = {}, body = {}, bodyTypes } of additions) {
    const operation = operationAt(path, method.toLowerCase());
    if (operation === null) continue;
    const none = Object.keys(query).length + Object.keys(body).length + (bodyTypes ?? []).length === 0;
    const queryKnown = Object.entries(query).some(([name, schema]) =>
      parametersOf(operation).some(
        (one) => one.in === 'query' && one.name === name && covers(one.schema, schema),
      ),
    );
    const content = (resolved(operation.requestBody) as RequestBody | undefined)?.content ?? {};
    const fields = propertiesOf(resolved(Object.values(content)[0]?.schema ?? {}) as Schema) ?? {};
    const bodyKnown = Object.entries(body).some(
      ([name, schema]) => name in fields && covers(resolved(fields[name]) as Schema, schema),
    );
    if (none || queryKnown || bodyKnown) {
      throw new Error(`The description of ${method} ${path} knows already what is added to it.`);
    }
  }
  return { problemsOf };
}

/** What came of judging, over all servers that share it: nothing judged proves nothing. */
export interface Judged {
  requests: number;
  problems: string[];
}

/** A server in front of which every request under `prefix` is judged; `judged` grows. */
export function judgedServer(
  server: VendorServer,
  judge: RequestJudge,
  prefix: string,
  judged: Judged,
): VendorServer {
  return {
    handle(request) {
      if (request.path.startsWith(prefix)) {
        judged.requests += 1;
        judged.problems.push(...judge.problemsOf(request));
      }
      return server.handle(request);
    },
    ...(server.dial && { dial: server.dial.bind(server) }),
  };
}

/** Whether what is described takes at least all that an addition takes: only listed words can fall short. */
function covers(described: Schema | undefined, added: Schema): boolean {
  const words = described?.['enum'] as unknown[] | undefined;
  const wanted = added['enum'] as unknown[] | undefined;
  if (words !== undefined) return wanted?.every((word) => words.includes(word)) ?? false;
  return described?.['type'] === added['type'] || described?.['type'] === undefined;
}

function isOfType(type: string, described: string): boolean {
  const [name = ''] = described.split(';');
  return name.trim() === type || name.trim() === '*/*';
}

function withoutFields(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

function patternOf(path: string): RegExp {
  const pieces = path.split(/\{[^}]+\}/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('([^/]+)')}$`);
}

function literalsOf(path: string): number {
  return path.split('/').filter((step) => step !== '' && !step.includes('{')).length;
}
