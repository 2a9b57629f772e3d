/** How a second start talks to a host that runs already (see control.ts for what it may ask). */
import { request } from 'node:http';
import { TOKEN_HEADER } from '@shared/contract/door';
import type { RunningElsewhere } from '../lock';

const TIMEOUT_MS = 3_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Asks over loopback or the socket.
 * @returns status and parsed JSON (`null` when it is none).
 * @throws when nothing answers within 3 s.
 */
export function askRunning(
  { origin, token, endpoint }: Pick<RunningElsewhere, 'origin' | 'token' | 'endpoint'>,
  method: 'GET' | 'POST',
  path: `/control/${string}`,
): Promise<{ status: number; body: unknown }> {
  const where =
    endpoint.kind === 'tcp' ? { host: '127.0.0.1', port: endpoint.port } : { socketPath: endpoint.path };
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        ...where,
        method,
        path,
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { Host: new URL(origin).host, [TOKEN_HEADER]: token, 'Content-Length': 0 },
      },
      (answer) => {
        const parts: Buffer[] = [];
        let size = 0;
        answer.on('data', (part: Buffer) => {
          size += part.length;
          if (size > MAX_ANSWER_BYTES) asking.destroy(new Error('too long an answer'));
          else parts.push(part);
        });
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: parsed(Buffer.concat(parts).toString('utf8')) }),
        );
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
