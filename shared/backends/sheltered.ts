/**
 * The one door through which everything leaves a backend that may be shown, logged or kept: failures and
 * the reasons for which rows were set aside. Behind it no word holds a secret of the account, and every
 * failure is a {@link BackendError}: what a script could not digest is the server's nonsense, nobody's
 * full disk.
 */
import { z } from 'zod';
import { BackendError } from './backend-error';
import type { Backend, PulledPage } from './port';
import { problemOf } from './response';
import type { SecretMask } from './secrets';

/** The same backend behind that door. */
export function sheltered(backend: Backend, secrets: SecretMask): Backend {
  const clean = async <T>(answer: Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      // What was called off is nobody's failure.
      if (signal?.aborted === true && !(error instanceof BackendError)) throw error;
      throw cleanError(error, secrets);
    }
  };
  const cleanPage = <T extends PulledPage>(page: T): T => ({
    ...page,
    rejected: page.rejected.map((row) => ({ ...row, problem: secrets.mask(row.problem) })),
  });
  const { sweep, rewind, thread, upload, probe } = backend;
  return {
    get descriptor() {
      return backend.descriptor;
    },
    ...(rewind && { rewind: rewind.bind(backend) }),
    ...(sweep && {
      sweep: {
        kinds: sweep.kinds,
        rowsAtOnce: sweep.rowsAtOnce,
        ids: (kind, cursor, signal) => clean(sweep.ids(kind, cursor, signal), signal),
        rows: async (kind, ids, signal) => cleanPage(await clean(sweep.rows(kind, ids, signal), signal)),
      },
    }),
    ...(thread && { thread: (id, signal) => clean(thread(id, signal), signal) }),
    ...(upload && { upload: (file, ref, signal) => clean(upload(file, ref, signal), signal) }),
    ...(probe && {
      probe: {
        create: (text, signal) => clean(probe.create(text, signal), signal),
        remove: (id, signal) => clean(probe.remove(id, signal), signal),
      },
    }),
    whoAmI: (signal) => clean(backend.whoAmI(signal), signal),
    pull: async (feed, cursor, signal) => cleanPage(await clean(backend.pull(feed, cursor, signal), signal)),
    history: (id, before, signal) => clean(backend.history(id, before, signal), signal),
    perform: (operation, signal) => clean(backend.perform(operation, signal), signal),
    findByRef: (id, ref, signal) => clean(backend.findByRef(id, ref, signal), signal),
    download: (id, signal) => clean(backend.download(id, signal), signal),
    listen: (onHint, signal) => clean(backend.listen(onHint, signal), signal),
  };
}

function cleanError(error: unknown, secrets: SecretMask): BackendError {
  if (!(error instanceof BackendError)) return new BackendError('nonsense', secrets.mask(wordsOf(error)));
  // The same error: whoever catches it may know its class, and what else it carries.
  error.message = secrets.mask(error.message);
  if (error.stack !== undefined) error.stack = secrets.mask(error.stack);
  return error;
}

function wordsOf(error: unknown): string {
  if (error instanceof z.ZodError) return problemOf(error);
  if (!(error instanceof Error)) return 'What came cannot be understood.';
  // Its words repeat what came.
  const words = error instanceof SyntaxError ? error.name : `${error.name}: ${error.message}`;
  return `What came cannot be understood (${words}).`;
}
