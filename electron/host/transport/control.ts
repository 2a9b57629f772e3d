/**
 * What a second start may ask the running host, with its token (from `host.json`, mode 0600):
 *
 *   GET  /control/ping   → {pid, build}: it lives and is the one the lock names
 *   POST /control/open   → {path}: a path that opens the console once, within a minute
 *   POST /control/exit   → drains and exits
 *
 * The path given to a browser's command line is seen by every user of the computer, so it carries a
 * code that works once instead of the token.
 */
import { newToken, sameToken } from './token';
import { plain } from './page';
import { COMMON_HEADERS } from './security-headers';
import { TOKEN_HEADER } from '@shared/contract/door';

const OPEN_CODE_LIFE_MS = 60_000;

export interface ControlOptions {
  token: string;
  pid: number;
  build: string;
  onExitRequested(): void;
  now(): number;
}

export interface Control {
  /** Answers /control/*. */
  handle(request: Request, path: string): Response;
  /** Answers /open?code=…: to the console with the token, or a sentence once the code is spent. */
  open(code: string): Response;
}

/** Makes the control routes of one running host. */
export function createControl({ token, pid, build, onExitRequested, now }: ControlOptions): Control {
  const codes = new Map<string, number>();

  const newPath = (): string => {
    for (const [code, until] of codes) if (until < now()) codes.delete(code);
    const code = newToken();
    codes.set(code, now() + OPEN_CODE_LIFE_MS);
    return `/open?code=${code}`;
  };

  return {
    handle(request, path) {
      if (!sameToken(request.headers.get(TOKEN_HEADER) ?? '', token)) return plain(401, 'Wrong token.');
      switch (`${request.method} ${path}`) {
        case 'GET /control/ping':
          return answer({ pid, build });
        case 'POST /control/open':
          return answer({ path: newPath() });
        case 'POST /control/exit':
          // After the answer is on its way, so that the asker hears it.
          setImmediate(onExitRequested);
          return answer({});
        default:
          return plain(404, 'Nothing here.');
      }
    },
    open(code) {
      const until = codes.get(code);
      codes.delete(code);
      if (until === undefined || until < now()) {
        return plain(410, 'This link to Holdfast was used already. Run `npm start` for a new one.');
      }
      return new Response(null, {
        status: 302,
        headers: { ...COMMON_HEADERS, Location: `/#${token}`, 'Cache-Control': 'no-store' },
      });
    },
  };
}

function answer(body: object): Response {
  return Response.json(body, { headers: { ...COMMON_HEADERS, 'Cache-Control': 'no-store' } });
}
