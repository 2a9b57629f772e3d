import { describe, expect, it } from 'vitest';
import { NOON } from '../testing/builders';
import { httpAnswer, type ScriptedAnswer } from '../testing/scripted-http';
import { readJson, retryAfterMs } from './response';

const HTML = { 'content-type': 'text/html; charset=utf-8' };
const read = (answer: ScriptedAnswer): Promise<unknown> => readJson(httpAnswer(answer), NOON);

describe('an answer', () => {
  it('in JSON with a good status is its body', async () => {
    await expect(read({ status: 201, body: { id: '7' } })).resolves.toEqual({ id: '7' });
  });

  it.each<[string, ScriptedAnswer, string]>([
    ['a page with status 200', { headers: HTML, body: '<p>Welcome to the hotel</p>' }, 'captive'],
    ['a page that says it is JSON', { body: '<!doctype html><html></html>' }, 'captive'],
    ['a redirect to a login page', { status: 302, headers: { location: 'http://portal/login' } }, 'captive'],
    ['a page with status 403', { status: 403, headers: HTML, body: '<p>Please pay</p>' }, 'captive'],
    ['a page with status 404', { status: 404, headers: HTML, body: '<p>Nothing</p>' }, 'captive'],
    ['network authentication required', { status: 511, body: '' }, 'captive'],
    ['proxy authentication required', { status: 407, body: '' }, 'captive'],
    ['half a JSON', { body: '{"items":[' }, 'nonsense'],
    ['an empty body', { body: '' }, 'nonsense'],
    ['400', { status: 400 }, 'invalid'],
    ['401', { status: 401 }, 'unauthorized'],
    ['401 with a page', { status: 401, headers: HTML, body: '<p>Sign in</p>' }, 'unauthorized'],
    ['403', { status: 403 }, 'forbidden'],
    ['404', { status: 404 }, 'not-found'],
    ['408', { status: 408 }, 'no-answer'],
    ['409', { status: 409 }, 'conflict'],
    ['410', { status: 410 }, 'not-found'],
    ['412', { status: 412 }, 'conflict'],
    ['413', { status: 413 }, 'invalid'],
    ['422', { status: 422 }, 'invalid'],
    ['429', { status: 429 }, 'rate-limited'],
    ['500', { status: 500 }, 'server'],
    ['502 with a page of a proxy', { status: 502, headers: HTML, body: '<h1>Bad gateway</h1>' }, 'server'],
  ])('%s is told by its kind', async (_title, answer, kind) => {
    await expect(read(answer)).rejects.toMatchObject({ kind });
  });

  it.each([
    [{ error: { code: 'bad', message: 'The tag is too long.' } }, 'The tag is too long.'],
    [{ message: 'No such status.' }, 'No such status.'],
    [{ error: 'Not today.' }, 'Not today.'],
    [
      { description: 'Validation failed', errors: [{ field: 'status', message: 'No such status.' }] },
      'status: No such status.',
    ],
    [
      {
        error: 'RecordInvalid',
        description: 'Record validation errors',
        details: { status: [{ description: 'Closed prevents an update.' }] },
      },
      'Closed prevents an update.',
    ],
    [{ error: 'RecordInvalid', description: 'Not this one.', details: {} }, 'Not this one.'],
    ['not JSON', 'HTTP 422'],
    [{ error: { message: 'x'.repeat(600) } }, 'x'.repeat(500)],
    [{ message: 'No card numbers: "4111 1111 1111 1111".' }, 'No card numbers: "•••• •••• •••• 1111".'],
    [{ message: `${'x'.repeat(490)} 4111111111111111` }, `${'x'.repeat(490)} ${'•'.repeat(9)}`],
  ])("brings the server's own words: %j", async (body, message) => {
    await expect(read({ status: 422, body })).rejects.toMatchObject({ message });
  });
});

describe('Retry-After', () => {
  it.each([
    ['2', 2_000],
    ['0', 1_000],
    ['1.5', 1_500],
    ['3600', 3_600_000],
    // More than an hour of seconds: waited for up to the ceiling, never taken for milliseconds.
    ['3601', 3_600_000],
    ['5000', 3_600_000],
    ['86399', 3_600_000],
    // A day of seconds would be absurd: milliseconds.
    ['86400', 86_400],
    ['300000', 300_000],
    ['86400000', 3_600_000],
    [new Date(NOON + 30_000).toUTCString(), 30_000],
    [new Date(NOON - 30_000).toUTCString(), 1_000],
    [new Date(NOON + 7_200_000).toUTCString(), 3_600_000],
    ['soon', null],
    ['', null],
  ])('%j is %s ms', (value, ms) => {
    expect(retryAfterMs({ 'retry-after': value }, NOON)).toBe(ms);
  });

  it("compares a date with the server's own clock when the answer tells it", () => {
    const serverNow = NOON - 3_600_000;
    const headers = {
      'retry-after': new Date(serverNow + 7_000).toUTCString(),
      date: new Date(serverNow).toUTCString(),
    };
    expect(retryAfterMs(headers, NOON)).toBe(7_000);
  });

  it('is absent where the server asks for nothing', () => {
    expect(retryAfterMs({}, NOON)).toBeNull();
  });
});
