import { describe, expect, it } from 'vitest';
import { NOON } from '../../testing/builders';
import { httpAnswer, scriptedHttp, type ScriptedAnswer } from '../../testing/scripted-http';
import { VirtualClock } from '../../testing/virtual-clock';
import { BackendError } from '../backend-error';
import { NoHttpsError } from '../certificate-error';
import type { HttpClient } from '../http';
import { backendFor } from '../registry';
import { checkSignIn, type SignInStep } from './sign-in-check';

const signal = new AbortController().signal;
const time = new Date(NOON).toISOString();
const me = { body: { id: 'a1', name: 'Sample Agent', email: null } };
const HTML = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Hello</title>' };

const conversation = (id: string, status: string) => ({
  id,
  channel: 'email',
  subject: 'Sample question',
  status,
  priority: 'normal',
  assignee_id: null,
  contact: { id: 'p1', name: 'Sample Customer' },
  tags: [],
  preview: 'A sample question',
  created_at: time,
  updated_at: time,
  last_message_at: time,
  last_message_id: 'm1',
  waiting_since: time,
  message_count: 1,
  version: '7',
  social: null,
});
const page = (items: readonly unknown[], more = false): ScriptedAnswer => ({
  body: { items, next_cursor: 'n2', has_more: more },
});

async function check(...script: (ScriptedAnswer | Error)[]): Promise<SignInStep[]> {
  const { http } = scriptedHttp(...script);
  const clock = new VirtualClock(NOON);
  const settings = { accountId: 'a1', url: 'http://127.0.0.1:9/', token: 'sample-token' };
  return checkSignIn({
    connect: ({ wrap }) => backendFor('embedded', settings, wrap(http), clock),
    clock,
    signal,
  });
}

const failed = async (...script: (ScriptedAnswer | Error)[]) => {
  const steps = await check(...script);
  const at = steps.find(({ ok }) => !ok);
  const passed = steps.flatMap((step) => (step.ok ? [step.step] : []));
  return at === undefined || at.ok ? { passed } : { passed, at: at.step, problem: at.problem };
};

describe('the check of an account', () => {
  it('says who is signed in, how many conversations are open, and how replies are proved', async () => {
    const steps = await check(
      me,
      page([conversation('c1', 'open'), conversation('c2', 'new'), conversation('c3', 'closed')]),
    );
    expect(steps).toMatchObject([
      { step: 'address', origin: 'http://127.0.0.1:9' },
      { step: 'helpdesk', name: 'Embedded helpdesk' },
      { step: 'signIn', agent: { name: 'Sample Agent' } },
      { step: 'clock', aheadMs: null },
      { step: 'read', open: 2, all: true, total: 3, setAside: 0 },
      { step: 'tier', tier: 'T1' },
    ]);
  });

  it('counts what it looked at where there is more, and says that it is not all', async () => {
    const full = page([conversation('c1', 'open')], true);
    const steps = await check(me, full, full, full, full);
    expect(steps).toContainEqual(expect.objectContaining({ step: 'read', open: 1, all: false, total: null }));
  });

  it.each([
    ['a name nobody knows', 'dns', 'unknown-name'],
    ['a port nobody listens on', 'refused', 'nobody-there'],
    ['a server that is silent', 'no-answer', 'silent'],
    ['a certificate that is not trusted', 'tls', 'certificate'],
  ] as const)('stops at the address for %s', async (_case, kind, problem) => {
    expect(await failed(new BackendError(kind, 'as the system says'))).toEqual({
      passed: [],
      at: 'address',
      problem,
    });
  });

  it('tells a port that speaks no https from one where nobody listens', async () => {
    expect(await failed(new NoHttpsError('EPROTO'))).toEqual({
      passed: [],
      at: 'address',
      problem: 'no-https',
    });
  });

  it('tells a proxy that wants credentials, and a server that moved, from a portal', async () => {
    expect(await failed({ status: 407 })).toMatchObject({ at: 'address', problem: 'proxy' });
    const moved = { status: 301, headers: { location: 'https://elsewhere.invalid/' } };
    expect(await check(moved)).toMatchObject([
      { step: 'address', problem: 'moved', detail: expect.stringContaining('elsewhere.invalid') as string },
    ]);
    expect(await failed(HTML)).toEqual({ passed: ['address'], at: 'helpdesk', problem: 'web-page' });
  });

  it('tells that a helpdesk was reached at its first answer, and blames no address when it then falls silent', async () => {
    let fallSilent = (): void => undefined;
    const silence = new Promise<string>((_resolve, reject) => {
      fallSilent = () => reject(new BackendError('no-answer', 'as the system says'));
    });
    const http: HttpClient = () => Promise.resolve({ ...httpAnswer({}), text: () => silence });
    const settings = { accountId: 'a1', url: 'http://127.0.0.1:9/', token: 'sample-token' };
    const clock = new VirtualClock(NOON);
    const told: SignInStep[] = [];
    const checked = checkSignIn({
      connect: ({ wrap }) => backendFor('embedded', settings, wrap(http), clock),
      clock,
      signal,
      onStep: (step) => told.push(step),
    });
    await clock.settle();
    expect(told).toEqual([{ ok: true, step: 'address', origin: 'http://127.0.0.1:9' }]);
    fallSilent();
    expect((await checked).slice(1)).toMatchObject([{ ok: false, step: 'helpdesk', problem: 'silent' }]);
  });

  it('tells another server by its answer: no such address there, or nothing of what was promised', async () => {
    const other = { at: 'helpdesk', problem: 'other-server' };
    expect(await failed({ status: 404 }, { status: 404 })).toMatchObject(other);
    expect(await failed({ body: { hello: 'world' } }, { body: { hello: 'world' } })).toMatchObject(other);
  });

  it('says that a key is not taken, and that a right is missing', async () => {
    expect(await failed({ status: 401 })).toEqual({
      passed: ['address', 'helpdesk'],
      at: 'signIn',
      problem: 'bad-credentials',
    });
    expect(await failed({ status: 403 })).toMatchObject({ at: 'signIn', problem: 'missing-right' });
    expect(await failed(me, { status: 403 })).toMatchObject({ at: 'read', problem: 'missing-right' });
  });

  it('signs nobody in where a server says yes to any key', async () => {
    expect(await failed({ body: {} }, page([]))).toEqual({
      passed: ['address', 'helpdesk'],
      at: 'signIn',
      problem: 'nobody-signed-in',
    });
    expect(await failed({ body: {} }, { status: 401 })).toMatchObject({ problem: 'nobody-signed-in' });
    // The same no, whatever is asked, with a status that says yes.
    const no = { body: { fehler: 'nein' } };
    expect(await failed(no, no)).toMatchObject({ at: 'signIn', problem: 'nobody-signed-in' });
    const other = { body: { fehler: 'kein Pfad' } };
    expect(await failed(no, other)).toMatchObject({ at: 'helpdesk', problem: 'other-server' });
  });

  it('tells a clock that is wrong by minutes, and goes on', async () => {
    const date = new Date(NOON + 10 * 60_000).toUTCString();
    const steps = await check({ ...me, headers: { date } }, page([]));
    expect(steps.map(({ step, ok }) => [step, ok])).toEqual([
      ['address', true],
      ['helpdesk', true],
      ['signIn', true],
      ['clock', false],
      ['read', true],
      ['tier', true],
    ]);
    const clock = steps.find(({ step }) => step === 'clock');
    expect(clock).toMatchObject({ problem: 'clock-skew' });
  });

  it('counts rows that cannot be read, and fails only when none can', async () => {
    const { status: _gone, ...broken } = conversation('c2', 'open');
    const steps = await check(me, page([conversation('c1', 'open'), broken]));
    expect(steps).toContainEqual(
      expect.objectContaining({
        step: 'read',
        open: 1,
        setAside: 1,
        problem: expect.stringContaining('status'),
      }),
    );
    expect(await failed(me, page([broken]))).toMatchObject({ at: 'read', problem: 'unreadable-rows' });
  });
});
