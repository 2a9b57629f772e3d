import { describe, expect, it } from 'vitest';
import { encodeMultipart } from '../backends/multipart';
import { judgedServer, requestJudge, type Addition, type OpenApiDocument } from './openapi-requests';
import type { VendorRequest } from './vendor-kit';

const document: OpenApiDocument = {
  paths: {
    '/things': {
      get: {
        parameters: [
          { name: 'page', in: 'query', schema: { type: 'integer' } },
          { name: 'state', in: 'query', schema: { type: 'string', enum: ['on', 'off'] } },
          { $ref: '#/components/parameters/tags' },
        ],
      },
    },
    '/things/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
      put: {
        requestBody: {
          required: true,
          content: {
            'application/json; charset=utf-8': { schema: { $ref: '#/components/schemas/change' } },
          },
        },
      },
    },
    '/things/first': { get: {} },
  },
  components: {
    parameters: {
      tags: {
        name: 'tags',
        in: 'query',
        explode: false,
        schema: { type: 'array', items: { type: 'string', maxLength: 3 } },
      },
    },
    schemas: {
      change: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', nullable: true },
          open: { type: 'boolean' },
          inner: { allOf: [{ $ref: '#/components/schemas/inner' }] },
          free: { type: 'object', properties: {} },
        },
      },
      inner: { type: 'object', properties: { count: { type: 'integer' } } },
    },
  },
};

function asked(
  method: string,
  address: string,
  body: unknown = null,
  type = 'application/json',
): VendorRequest {
  const url = new URL(address, 'http://127.0.0.1');
  const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(JSON.stringify(body));
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: body === null ? {} : { 'content-type': type },
    body: body === null ? new Uint8Array() : bytes,
  };
}

const judge = requestJudge(document);

describe('a request judged by a description', () => {
  it.each([
    asked('GET', '/things?page=2&state=on&tags=a,b'),
    asked('GET', '/things/first'),
    asked('PUT', '/things/7', { name: null, open: true, inner: { count: 1 }, free: { anything: 1 } }),
  ])('passes when everything in it is described (%#)', (request) => {
    expect(judge.problemsOf(request)).toEqual([]);
  });

  it.each([
    [asked('GET', '/nothing'), 'not described'],
    [asked('DELETE', '/things'), 'not described'],
    [asked('GET', '/things?page=two'), 'integer'],
    [asked('GET', '/things?state=maybe'), 'allowed values'],
    [asked('GET', '/things?tags=a,long'), 'more than 3'],
    [asked('GET', '/things?colour=red'), '"colour" is not described'],
    [asked('PUT', '/things/seven', { name: 'x' }), 'integer'],
    [asked('PUT', '/things/7'), 'body is missing'],
    [asked('PUT', '/things/7', {}), "'name'"],
    [asked('PUT', '/things/7', { name: 7 }), 'string'],
    [asked('PUT', '/things/7', { name: 'x', colour: 'red' }), 'body.colour is not described'],
    [asked('PUT', '/things/7', { name: 'x', inner: { colour: 1 } }), 'body.inner.colour is not described'],
    [asked('PUT', '/things/7', { name: 'x' }, 'text/plain'), '"text/plain" is not described'],
  ])('says what is wrong with it (%#)', (request, words) => {
    expect(judge.problemsOf(request).join('\n')).toContain(words);
  });

  const additions: readonly Addition[] = [
    { method: 'GET', path: '/things', query: { state: { type: 'string', enum: ['all'] } }, source: 'x.rb' },
    { method: 'GET', path: '/forgotten/{id}', query: { since: { type: 'integer' } }, source: 'x.rb' },
    {
      method: 'PUT',
      path: '/things/{id}',
      body: { colour: { type: 'string' } },
      bodyTypes: ['multipart/form-data'],
      source: 'x.rb',
    },
  ];

  it('may hold what is added with its source, and no more', () => {
    const wider = requestJudge(document, additions);
    const fine = [
      asked('GET', '/things?state=all'),
      asked('GET', '/forgotten/7?since=1'),
      asked('PUT', '/things/7', { name: 'x', colour: 'red' }),
    ];
    expect(fine.flatMap((request) => wider.problemsOf(request))).toEqual([]);
    expect(wider.problemsOf(asked('GET', '/forgotten/7?until=1'))).toHaveLength(1);
    expect(wider.problemsOf(asked('PUT', '/things/7', { name: 'x', colour: 1 }))).toHaveLength(1);
  });

  it('refuses an addition that the description has', () => {
    const known: Addition = {
      method: 'GET',
      path: '/things',
      query: { page: { type: 'integer' } },
      source: 'x.rb',
    };
    expect(() => requestJudge(document, [known])).toThrow('knows already');
  });

  it('reads the fields of a form as the values of the schema', async () => {
    const wider = requestJudge(document, additions);
    const form = async (...fields: [string, string][]): Promise<VendorRequest> => {
      const { contentType, body } = encodeMultipart({ fields, files: [] }, 'edge');
      const chunks: number[] = [];
      for await (const chunk of body) chunks.push(...chunk);
      return asked('PUT', '/things/7', Uint8Array.from(chunks), contentType);
    };
    expect(
      wider.problemsOf(await form(['name', 'x'], ['open', 'true'], ['inner[count]', '7'], ['colour', 'red'])),
    ).toEqual([]);
    expect(wider.problemsOf(await form(['name', 'x'], ['open', 'perhaps']))).toHaveLength(1);
  });

  it('is judged on its way to a server, where its path begins as it should', async () => {
    const judged = { requests: 0, problems: [] as string[] };
    const server = judgedServer({ handle: () => ({ status: 204 }) }, judge, '/things', judged);
    await server.handle(asked('GET', '/files/1'));
    await server.handle(asked('GET', '/things?page=two'));
    expect(judged).toEqual({ requests: 1, problems: ['GET /things: /page must be integer'] });
  });
});
