/** A small proxy that really listens on 127.0.0.1, for tests of any kind. */
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface TestProxy {
  url: string;
  port: number;
  /** First lines it was asked with. */
  asked: string[];
  /** What was told of who asks, if anything. */
  signIns: (string | undefined)[];
  stop(): Promise<void>;
}

/** A proxy that carries plain requests and tunnels, unless `refuse` answers first with a whole answer. */
export async function runProxy(refuse: (line: string) => string | null = () => null): Promise<TestProxy> {
  const asked: string[] = [];
  const signIns: (string | undefined)[] = [];
  const hear = (request: IncomingMessage): string | null => {
    const line = `${request.method} ${request.url}`;
    asked.push(line);
    signIns.push(request.headers['proxy-authorization']);
    return refuse(line);
  };
  const server = createServer((request, response) => {
    const no = hear(request);
    if (no !== null) return void request.socket.end(no);
    const { hostname, port, pathname } = new URL(request.url ?? '');
    const onward = connect(Number(port), hostname, () => {
      onward.write(
        `${request.method} ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`,
      );
    });
    onward.on('error', () => request.socket.destroy());
    // The whole answer, as it comes.
    onward.pipe(request.socket);
    response.on('close', () => onward.destroy());
  });
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    const no = hear(request);
    if (no !== null) return void client.end(no);
    const { hostname, port } = new URL(`http://${request.url}`);
    const onward = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
    client.on('error', () => onward.destroy()).on('close', () => onward.destroy());
  });
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = (): Promise<void> => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${port}`, port, asked, signIns, stop };
}
