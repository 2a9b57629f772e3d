/** What the command was asked to do. */
import { parseArgs } from 'node:util';
import { withoutSignIn } from '@electron/host/way/proxies';
import { targetOf, type Way } from '@electron/host/way/way';
import type { SignInField } from '@shared/backends/port';
import { FINGERPRINT } from '@shared/domain/certificates';

export const HELP = `npm run backend:check -- <vendor|profile.yaml> --url ADDRESS --token TOKEN [options]
npm run backend:check -- --all [name…] [--json]

  --url ADDRESS          where the helpdesk is
  --token TOKEN          its key; better in the environment as HOLDFAST_TOKEN, where no list of processes shows it
  --login, --workspace, --client-id, --client-secret, --refresh-token
                         what else this backend signs in with
  --trust FINGERPRINT    accepts the one certificate with this SHA-256 fingerprint, whoever vouches for it
  --proxy ADDRESS        goes through this proxy (http://name:password@proxy:3128), or as the environment
                         says: system
  --write                makes a conversation, tries everything on it, and takes it away again
  --conversation ID      tries it on this conversation instead, where the backend cannot make one
  --patience SECONDS     how long what was done may take to show (90)
  --all                  every backend on what is at hand: a real embedded helpdesk, a real Request Tracker
                         where there is one (RT_URL and RT_TOKEN), the others on their simulators
  --json                 one JSON object a line: {backend, capability, result, reason, ms}
`;

type Values = Partial<Record<SignInField['name'], string>>;

export interface AskedLive {
  what: 'live';
  /** A backend's id, or the path of a profile. */
  backend: string;
  url: string;
  token: string;
  values: Values;
  way: Way;
  write: boolean;
  conversationId: string | null;
  patienceMs: number;
  json: boolean;
}

export type Asked = AskedLive | { what: 'all'; names: readonly string[]; json: boolean };

const OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  login: { type: 'string' },
  workspace: { type: 'string' },
  'client-id': { type: 'string' },
  'client-secret': { type: 'string' },
  'refresh-token': { type: 'string' },
  trust: { type: 'string' },
  proxy: { type: 'string' },
  conversation: { type: 'string' },
  patience: { type: 'string', default: '90' },
  write: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** @param environment may hold the token */
export function readArguments(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Asked | { problem: string } | { help: true } {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = parsed;
  if (values.help) return { help: true };
  if (values.all) return { what: 'all', names: positionals, json: values.json };
  const [backend, ...more] = positionals;
  if (backend === undefined || more.length > 0) return { problem: 'Name one backend, or --all.' };
  if (values.url === undefined) return { problem: 'Where is it? --url is missing.' };
  const way = wayTo(values.url, values.trust, values.proxy);
  if ('problem' in way) return way;
  const seconds = Number(values.patience);
  if (!(seconds >= 0)) return { problem: '--patience is a number of seconds.' };
  return {
    what: 'live',
    backend,
    url: values.url,
    token: values.token ?? environment['HOLDFAST_TOKEN'] ?? '',
    values: signInValues(values),
    way,
    write: values.write,
    conversationId: values.conversation ?? null,
    patienceMs: seconds * 1_000,
    json: values.json,
  };
}

/** @param trust as openssl and the account screen write it; colons and case do not matter */
function wayTo(url: string, trust: string | undefined, proxy: string | undefined): Way | { problem: string } {
  const pairs = (trust ?? '').replaceAll(':', '').toUpperCase().match(/../g) ?? [];
  const fingerprint = trust === undefined ? null : pairs.join(':');
  if (fingerprint !== null && !FINGERPRINT.test(fingerprint)) {
    return { problem: '--trust is a SHA-256 fingerprint: 32 pairs of hexadecimal digits.' };
  }
  if (fingerprint !== null && !URL.canParse(url))
    return { problem: '--trust needs a whole address in --url.' };
  const through = proxy === undefined || proxy === 'system' ? null : withoutSignIn(proxy);
  if (through === null && proxy !== undefined && proxy !== 'system') {
    return { problem: '--proxy is an address like http://proxy.example:3128, or system.' };
  }
  return {
    trusted: fingerprint === null ? null : { ...targetOf(url), fingerprint },
    proxy: through ?? (proxy === undefined ? 'none' : 'system'),
  };
}

function signInValues(values: Readonly<Record<string, string | boolean | undefined>>): Values {
  const names = {
    login: 'login',
    workspace: 'workspace',
    'client-id': 'clientId',
    'client-secret': 'clientSecret',
    'refresh-token': 'refreshToken',
  } as const;
  const found: Values = {};
  for (const [option, name] of Object.entries(names)) {
    const value = values[option];
    if (typeof value === 'string') found[name] = value;
  }
  return found;
}
