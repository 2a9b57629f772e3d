/** Takes a folder of .eml files in. One bad file never stops the others. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Desk } from '../desk/desk';
import { StartError } from '../store/errors';
import { acceptMail, type AcceptedMail } from './accept-mail';
import type { MailIdentity } from './identity';
import { MAX_MAIL_BYTES } from './inbound-routes';

export interface ImportCounts {
  accepted: number;
  known: number;
  refused: number;
}

/**
 * Imports every .eml below a folder, oldest path first, and tells each file's result.
 * @throws StartError when the folder cannot be read
 */
export async function importFolder(
  { desk, mail }: { desk: Desk; mail: MailIdentity },
  folder: string,
  say: (line: string) => void,
): Promise<ImportCounts> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: Error) => {
    throw new StartError(
      `The folder ${folder} cannot be read (${error.message}). Give a folder of .eml files to --import.`,
    );
  });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.eml$/iu.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const counts: ImportCounts = { accepted: 0, known: 0, refused: 0 };
  for (const [index, path] of paths.entries()) {
    const result = await importFile(desk, mail, path);
    if (result.result === 'accepted') counts.accepted += 1;
    else if (result.result === 'refused') counts.refused += 1;
    else counts.known += 1;
    say(`import ${index + 1}/${paths.length} ${relative(folder, path)}: ${inWords(result)}`);
  }
  say(`Imported: ${counts.accepted} taken in, ${counts.known} known already, ${counts.refused} not taken.`);
  return counts;
}

async function importFile(desk: Desk, mail: MailIdentity, path: string): Promise<AcceptedMail> {
  try {
    const { size } = await stat(path);
    if (size > MAX_MAIL_BYTES) return { result: 'refused', problem: 'It is larger than 36 MB.' };
    return await acceptMail(desk, mail, await readFile(path), null);
  } catch (error) {
    return { result: 'refused', problem: error instanceof Error ? error.message : String(error) };
  }
}

function inWords(result: AcceptedMail): string {
  switch (result.result) {
    case 'accepted':
      return `taken in as ${result.messageId} of conversation ${result.conversationId}`;
    case 'duplicate':
      return 'known already';
    case 'own':
      return 'our own mail, left out';
    case 'refused':
      return `not taken: ${result.problem}`;
  }
}
