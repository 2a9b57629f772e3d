import { connect } from 'node:net';

/** Raw bytes in, raw bytes out: what the server says until the head of its answer is whole, or it hangs up. */
export function sendRaw(port: number, head: readonly string[], body: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    const done = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding('latin1');
    socket.on('data', (part: string) => {
      answer += part;
      // A body that comes with the head is read as well.
      if (answer.includes('\r\n\r\n')) setImmediate(done);
    });
    socket.on('error', done);
    socket.on('close', done);
    socket.write(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
  });
}

/** The status of an answer; 0 when the server hung up without one. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? '0');
}
