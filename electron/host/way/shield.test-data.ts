/** TLS in front of a server that speaks plainly, so that any helpdesk can be behind a certificate. */
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { MadeCertificate } from './certificate.test-data';

export interface Shield {
  url: string;
  port: number;
  /** Bytes that came decrypted, of all connections: 0 while nobody has sent anything. */
  readonly heard: number;
  /** Shows another certificate; whoever is connected has to connect again. */
  show(certificate: MadeCertificate): void;
  stop(): Promise<void>;
}

export async function startShield(behindPort: number, certificate: MadeCertificate): Promise<Shield> {
  const open = new Set<Socket>();
  let heard = 0;
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
  };
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  const server = createServer(certificate, (socket) => {
    const behind = connect(behindPort, '127.0.0.1');
    keep(behind);
    socket.on('error', () => undefined).on('close', () => behind.destroy());
    behind.on('close', () => socket.destroy());
    socket.on('data', (chunk) => (heard += chunk.length));
    socket.pipe(behind).pipe(socket);
  });
  server.on('connection', keep);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    get heard() {
      return heard;
    },
    show(next) {
      server.setSecureContext(next);
      cut();
    },
    stop() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
