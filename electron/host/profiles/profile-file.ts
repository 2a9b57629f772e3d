/** One profile file, from the disk to a definition: for the host, for the wizard and for `backend:check`. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { compileProfile } from '@shared/backends/custom/compile-profile';
import { readProfile, sentenceOf } from '@shared/backends/custom/read-profile';
import type { RestDefinition } from '@shared/backends/rest-definition';
import { createExpressionEvaluator, type EvaluatorOptions } from './expression-evaluator';
import { ProfileError } from './profile-error';

export interface OpenProfile {
  definition: RestDefinition;
  /** Ends what its expressions run in. */
  close(): Promise<void>;
}

export interface ProfileOptions extends EvaluatorOptions {
  /** It worked here already; see `readProfile`. */
  kept?: boolean;
}

/**
 * A profile's text, checked and ready to connect accounts.
 * @param file its name, for errors
 * @throws ProfileError
 */
export function openProfile(file: string, text: string, options: ProfileOptions = {}): OpenProfile {
  const read = readProfile(file, text, options.kept);
  if ('problems' in read) {
    const sentences = read.problems.map((problem) => sentenceOf(file, problem));
    throw new ProfileError(sentences, read.problems);
  }
  const evaluator = createExpressionEvaluator(options);
  return { definition: compileProfile(read, evaluator), close: () => evaluator.close() };
}

/**
 * As {@link openProfile}, from a file.
 * @throws ProfileError, also when the file cannot be read
 */
export async function openProfileFile(path: string): Promise<OpenProfile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ProfileError([`${path} cannot be read (${error.code ?? error.message}).`]);
  });
  return openProfile(basename(path), text);
}
