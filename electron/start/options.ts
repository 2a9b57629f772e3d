/** The command line of `npm start`. */
import { parseArgs } from 'node:util';

export const HELP = `Holdfast: one queue over email, chat and social messages that keeps working offline.

  npm start -- [options]

  --web         open the console in a browser even if the desktop app is installed
  --no-open     open nothing, only print the address
  --port N      port on 127.0.0.1; 0 takes any free one (default: the one this data folder used last)
  --data DIR    where everything is kept (default: this user's folder for application data)
  --fresh       begin with an empty data folder; the old one is moved aside, not deleted
  --help        this text
`;

export interface StartOptions {
  help: boolean;
  web: boolean;
  open: boolean;
  /** `null`: the one used last. */
  port: number | null;
  /** As given; `null`: the default. */
  data: string | null;
  fresh: boolean;
}

/** The command line means nothing; the sentence says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError */
export function readOptions(argv: readonly string[]): StartOptions {
  const values = parsed(argv);
  return {
    help: values.help ?? false,
    web: values.web ?? false,
    open: !(values['no-open'] ?? false),
    port: values.port === undefined ? null : portOf(values.port),
    data: values.data ?? null,
    fresh: values.fresh ?? false,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h' },
        web: { type: 'boolean' },
        'no-open': { type: 'boolean' },
        port: { type: 'string' },
        data: { type: 'string' },
        fresh: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(sentenceOf(error));
  }
}

function sentenceOf(error: unknown): string {
  const [first = ''] = String((error as Error).message).split(/\. |\n/, 1);
  return `${first.replace(/\.$/, '')}. \`npm start -- --help\` lists the options.`;
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port wants a whole number from 0 to 65535, not "${text}".`);
}
