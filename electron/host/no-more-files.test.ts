/** A computer that gives this process no more files (EMFILE): what is started then has no pipes at all. */
import type * as childProcess from 'node:child_process';
import { ChildProcess, type spawn } from 'node:child_process';
import { afterEach, expect, it, vi } from 'vitest';
import { createExpressionEvaluator } from './profiles/expression-evaluator';
import { processRunner } from './profiles/expression-runner';
import { asProcess, openShare, SHARE_LIMITS } from './team/share';

const unheard: unknown[] = [];

vi.mock('node:child_process', async (original) => ({
  ...(await original<typeof childProcess>()),
  /** As Node's own: it gives a child without pipes and channel, and tells the error with the next tick. */
  spawn: (() => {
    const child = new ChildProcess();
    // Unlike Node's own, one that never went through `spawn` would end the process group of the tests.
    child.kill = () => false;
    const error = Object.assign(new Error('spawn node EMFILE'), { code: 'EMFILE' });
    process.nextTick(() => child.emit('error', error));
    return child;
  }) as unknown as typeof spawn,
}));

const hear = (error: unknown): void => void unheard.push(error);
process.on('uncaughtException', hear);
afterEach(() => {
  expect(unheard).toEqual([]);
});

it('expressions of profiles are told not to run, and the host goes on', async () => {
  const evaluator = createExpressionEvaluator({ start: processRunner });
  const tasks = [{ each: null, expressions: ['id'] }];
  const asked = evaluator.evaluate(tasks, [{ value: { id: 1 }, vars: {} }], {
    accountId: 'a1',
    urgency: 'pull',
  });
  await expect(asked).rejects.toThrow(/No expression can be run here: .*EMFILE/);
  await evaluator.close();
});

it('a shared folder is told not to be read, and can be asked again', async () => {
  const share = openShare(SHARE_LIMITS, asProcess);
  for (let i = 0; i < 6; i += 1) {
    await expect(share.read('/team.json', 10)).rejects.toMatchObject({ code: 'EMFILE' });
  }
  share.close();
});

it('a shared folder whose program cannot even be begun is told so, and can be asked again', async () => {
  const share = openShare(SHARE_LIMITS, () => {
    throw Object.assign(new Error('no memory'), { code: 'ENOMEM' });
  });
  for (let i = 0; i < 6; i += 1) {
    await expect(share.read('/team.json', 10)).rejects.toMatchObject({ code: 'ENOMEM' });
  }
});
