import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHelpdesk, rawMail, type TestHelpdesk } from '../helpdesk.test-data';
import { createApp } from './app';
import { Cursors } from './cursors';

interface Operation {
  requestBody?: { content: Record<string, { schema?: { $ref?: string } }> };
  parameters?: { in: string; name: string; required?: boolean; schema: { maximum?: number } }[];
  security?: unknown[];
  responses: Record<string, unknown>;
}

let desk: TestHelpdesk;
let doc: {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { additionalProperties?: boolean; required?: string[] }> };
};
beforeAll(async () => {
  desk = await openTestHelpdesk();
  doc = (await desk.ask('GET', '/openapi.json', { headers: { authorization: '' } })).body;
});
afterAll(() => desk.close());

const operations = () =>
  Object.entries(doc.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

describe('the description of the API', () => {
  it('is OpenAPI 3.1 and covers every route there is', () => {
    const { desk: inner, mail, token } = desk.running;
    const app = createApp({
      desk: inner,
      mail,
      cursors: new Cursors([], () => 0),
      me: inner.agent('a1'),
      token,
      report: () => undefined,
    });
    const served = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/gu, '{$1}')}`)
      .filter((route) => route !== 'GET /' && route !== 'GET /openapi.json');
    const described = operations().map(({ method, path }) => `${method} ${path}`);
    expect(doc.openapi).toBe('3.1.0');
    expect([...new Set(served)].sort()).toEqual([...described].sort());
    expect(described.length).toBeGreaterThan(20);
  });

  it('says of every operation how it succeeds, and of all that needs a token that it does', () => {
    for (const { method, path, operation } of operations()) {
      const success = Object.keys(operation.responses).some((status) => status.startsWith('2'));
      expect(success, `${method} ${path}`).toBe(true);
      const needsToken = /^\/(?:api|inbound|outgoing)\//u.test(path);
      expect(operation.security !== undefined, `${method} ${path}`).toBe(needsToken);
    }
  });

  it('forbids what the server refuses: each described body, sent as an unknown shape', async () => {
    const withBody = operations().filter(
      ({ operation }) => operation.requestBody?.content['application/json'],
    );
    expect(withBody.length).toBeGreaterThanOrEqual(6);
    for (const { method, path, operation } of withBody) {
      const name = operation.requestBody!.content['application/json']!.schema!.$ref!.split('/').at(-1)!;
      const schema = doc.components.schemas[name]!;
      expect(schema.additionalProperties, name).toBe(false);
      for (const body of [{ surprise: true }, [], 'null', '{"cut": ']) {
        const answer = await desk.ask(method, path.replace('{id}', 'c1'), {
          key: 'k',
          body,
          headers: { 'content-type': 'application/json' },
        });
        expect(
          [answer.status, typeof answer.body.error.message],
          `${method} ${path} ${JSON.stringify(body)}`,
        ).toEqual([400, 'string']);
      }
    }
  });

  it('forbids what the server refuses: required headers left out, numbers beyond their limit', async () => {
    const { conversation_id: id } = await desk.mail(rawMail({ From: 'a@example.com', Subject: 'x' }));
    let asked = 0;
    for (const { method, path, operation } of operations()) {
      const url = path.replace('{id}', id).replace('{ref}', 'x');
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === 'header' && parameter.required) {
          const answer = await desk.ask(method, url, { body: { kind: 'note', text: 'x' } });
          expect([answer.status, answer.body.error.code], `${method} ${path}`).toEqual([
            400,
            expect.stringMatching(/invalid|idempotency_key_required/u),
          ]);
          asked += 1;
        }
        if (parameter.in === 'query' && parameter.schema.maximum !== undefined) {
          const answer = await desk.ask(method, `${url}?${parameter.name}=${parameter.schema.maximum + 1}`);
          expect([answer.status, answer.body.error.code], `${method} ${path}`).toEqual([400, 'invalid']);
          asked += 1;
        }
      }
    }
    expect(asked).toBeGreaterThanOrEqual(8);
    expect(await desk.messages(id)).toHaveLength(1);
  });

  it('names the field that is wrong', async () => {
    const { conversation_id: id } = await desk.mail(rawMail({ From: 'a@example.com', Subject: 'y' }));
    const answer = await desk.ask('PATCH', `/api/v1/conversations/${id}`, {
      key: 'k9',
      body: { status: 'opne' },
    });
    expect(Object.keys(answer.body.error.fields)).toEqual(['status']);
    expect(answer.body.error.message).toContain('status');
  });
});
