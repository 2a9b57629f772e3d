/** One backend, of this build or of a profile, on a server that lives. */
import { readFile } from 'node:fs/promises';
import { createHttpClient, HTTP_LIMITS } from '@electron/host/http-client';
import { createExpressionEvaluator } from '@electron/host/profiles/expression-evaluator';
import { systemClock } from '@electron/host/system-clock';
import { compileProfile } from '@shared/backends/custom/compile-profile';
import { readProfile, sentenceOf } from '@shared/backends/custom/read-profile';
import { createBackends, type Backends } from '@shared/backends/registry';
import type { AskedLive } from './arguments';
import { judgeTarget, type Told } from './target';

const SPENT =
  'The server replaced the refresh token during this check: the one that was given is spent. Ask it for a new one before you connect the account.';

/** Judges what was asked for; a backend nobody knows is told as a failure. */
export async function judgeLive(asked: AskedLive, told: Told): Promise<void> {
  const backends = createBackends();
  const evaluator = createExpressionEvaluator();
  const http = createHttpClient(HTTP_LIMITS, asked.way);
  let renewed = false;
  try {
    const id = await backendIdOf(asked.backend, backends, (loaded) => compileProfile(loaded, evaluator));
    const { url, token, write, conversationId, patienceMs } = asked;
    // A refresh token may be taken once: whoever connects next signs in with what came in its place.
    let { values } = asked;
    const onRenewed = (news: typeof values): Promise<void> => {
      values = { ...values, ...news };
      renewed = true;
      return Promise.resolve();
    };
    await judgeTarget(
      {
        name: id,
        connect: ({ wrap }) =>
          backends.connect(
            id,
            { accountId: 'check', url, token, values, onRenewed },
            wrap(http.request),
            systemClock,
          ),
        clock: systemClock,
        write,
        patienceMs,
        ...(conversationId !== null && { conversationId }),
      },
      told,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    told({ backend: asked.backend, capability: 'profile', result: 'fail', reason, ms: 0 }, { problem: null });
  } finally {
    http.close();
    if (renewed) process.stderr.write(`${SPENT}\n`);
    await evaluator.close();
  }
}

/** @throws Error with the lines of a profile that cannot be used, or the ids there are */
async function backendIdOf(
  name: string,
  backends: Backends,
  compile: (loaded: Parameters<typeof compileProfile>[0]) => ReturnType<typeof compileProfile>,
): Promise<string> {
  if (!/\.ya?ml$/.test(name)) {
    if (backends.ids().includes(name)) return name;
    throw new Error(`No backend is called "${name}". There are: ${backends.ids().join(', ')}.`);
  }
  const read = readProfile(name, await readFile(name, 'utf8'));
  if ('problems' in read) {
    throw new Error(read.problems.map((problem) => sentenceOf(name, problem)).join(' '));
  }
  const definition = compile(read);
  backends.register(definition);
  return definition.descriptor.id;
}
