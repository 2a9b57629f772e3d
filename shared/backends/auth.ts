/** How a request proves whose it is. A definition names one of these; the engine asks it for headers. */
import { z } from 'zod';
import { BackendError } from './backend-error';
import type { Clock } from './clock';
import type { HttpClient } from './http';
import type { BackendSettings } from './registry';
import { readJson, understand } from './response';

/** The credentials of one account at work. */
export interface Auth {
  headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /**
   * The server did not take the credentials: true when there are new ones worth one more try. What was
   * refused with a 401 was not done, so trying again cannot do it twice.
   */
  renew?(signal: AbortSignal): Promise<boolean>;
}

export type AuthDefinition = (settings: BackendSettings, http: HttpClient, clock: Clock) => Auth;

function fixed(headers: Readonly<Record<string, string>>): Auth {
  return { headers: () => Promise.resolve(headers) };
}

/** `Authorization: Bearer …` with the account's token. */
export const bearer: AuthDefinition = ({ token }) => fixed({ authorization: `Bearer ${token}` });

/** The account's token in a header of the vendor's own, with words before it where it wants some. */
export function headerKey(name: string, prefix = ''): AuthDefinition {
  return ({ token }) => fixed({ [name.toLowerCase()]: `${prefix}${token}` });
}

/** RFC 7617, in UTF-8. */
export function basic(
  parts: (settings: BackendSettings) => { user: string; password: string },
): AuthDefinition {
  return (settings) => {
    const { user, password } = parts(settings);
    return fixed({ authorization: `Basic ${base64Of(`${user}:${password}`)}` });
  };
}

/** Before the server's own end of a token's life, in ms: its clock and ours differ. */
const RENEW_BEFORE_MS = 60_000;
const TOKEN_LIMIT_MS = 30_000;

const granted = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().optional(),
  // Some servers tell the seconds as text.
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/**
 * OAuth 2.0 (RFC 6749): a refresh token (§6) where the account has one, else client credentials
 * (§4.4). Uses the account's values `clientId`, `clientSecret`, `refreshToken`; a refresh token that
 * the server replaces is handed to `settings.onRenewed`, because the old one may be worthless then.
 */
export function oauth2(tokenUrl: (settings: BackendSettings) => string): AuthDefinition {
  return (settings, http, clock) => {
    let access: { token: string; until: number } | null = null;
    let refresh = settings.values?.['refreshToken'] ?? '';
    let asking: Promise<string> | null = null;

    async function ask(): Promise<string> {
      const { clientId = '', clientSecret = '' } = settings.values ?? {};
      const grant: Record<string, string> =
        refresh === ''
          ? { grant_type: 'client_credentials' }
          : { grant_type: 'refresh_token', refresh_token: refresh };
      const response = await http({
        method: 'POST',
        url: tokenUrl(settings),
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ...grant, client_id: clientId, client_secret: clientSecret }).toString(),
        timeoutMs: TOKEN_LIMIT_MS,
        // Nobody's call alone: the refresh token may be spent by the time a caller leaves.
        signal: new AbortController().signal,
      });
      const body = await readJson(response, clock.now()).catch((error: unknown) => {
        // §5.2: 400 with `invalid_grant` says that the credentials are spent.
        if (error instanceof BackendError && error.kind === 'invalid') {
          throw new BackendError('unauthorized', error.message, error.status);
        }
        throw error;
      });
      const answer = understand(() => granted.parse(body));
      if (answer.refresh_token !== undefined && answer.refresh_token !== refresh) {
        refresh = answer.refresh_token;
        await settings.onRenewed?.({ refreshToken: refresh });
      }
      const life = (answer.expires_in ?? 3_600) * 1_000;
      const early = Math.min(RENEW_BEFORE_MS, life / 2);
      access = { token: answer.access_token, until: clock.monotonic() + life - early };
      return answer.access_token;
    }

    /** One request for a new token, however many wait for it. */
    function renewed(signal: AbortSignal): Promise<string> {
      asking ??= ask().finally(() => (asking = null));
      return unlessAborted(asking, signal);
    }

    return {
      async headers(signal) {
        const usable = access !== null && access.until > clock.monotonic();
        const token = usable && access !== null ? access.token : await renewed(signal);
        return { authorization: `Bearer ${token}` };
      },
      async renew(signal) {
        await renewed(signal);
        return true;
      },
    };
  };
}

/** What is waited for goes on when the signal is aborted; only the waiting ends. */
function unlessAborted<T>(wanted: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(new BackendError('refused', 'It was called off before it left.'));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    wanted.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** Base64 (RFC 4648 §4) of a text's UTF-8. */
export function base64Of(text: string): string {
  return base64OfBytes(new TextEncoder().encode(text));
}

/** Base64 (RFC 4648 §4) of bytes. */
export function base64OfBytes(bytes: Uint8Array): string {
  // In pieces: a call takes only so many arguments.
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8_192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  }
  return btoa(binary);
}
