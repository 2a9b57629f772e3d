/** The command line of the helpdesk. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StartError } from './store/errors';

export const HELP = `The embedded helpdesk: a small real helpdesk on this machine.

  npm run helpdesk -- [options]

  --port P      port on 127.0.0.1; 0 takes any free one (default 8788)
  --data DIR    where everything is kept (default ./holdfast-helpdesk)
  --seed N      fill an empty helpdesk with N invented conversations
  --authserv-id NAME
                believe what the mail server of this name found out about senders (RFC 8601);
                left out, no mail proves whom it is from
  --import DIR  take in every .eml file of a folder, then go on
  --supervised  end when standard input ends
  --help        this text

It prints its address as its last line. The token for the API is in tokens.json of the data
folder; customers chat at /chat; the API describes itself at /openapi.json.
`;

export interface HelpdeskOptions {
  help: boolean;
  port: number;
  data: string;
  seed: number;
  authservId: string | null;
  importFolder: string | null;
  supervised: boolean;
}

const MAX_SEED = 1_000_000;

/** @throws StartError for options that mean nothing */
export function readOptions(argv: readonly string[], cwd: string): HelpdeskOptions {
  const values = parsed(argv);
  return {
    help: values.help ?? false,
    port: number('--port', values.port ?? '8788', 65_535),
    data: resolve(cwd, values.data ?? 'holdfast-helpdesk'),
    seed: number('--seed', values.seed ?? '0', MAX_SEED),
    authservId: values['authserv-id']?.trim() || null,
    importFolder: values.import === undefined ? null : resolve(cwd, values.import),
    supervised: values.supervised ?? false,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h' },
        port: { type: 'string' },
        data: { type: 'string' },
        seed: { type: 'string' },
        'authserv-id': { type: 'string' },
        import: { type: 'string' },
        supervised: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const [problem = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new StartError(`${problem.replace(/\.$/u, '')}. --help lists the options.`);
  }
}

function number(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value <= most) return value;
  throw new StartError(`${name} wants a whole number from 0 to ${most}, not "${text}".`);
}
