import { describe, expect, it } from 'vitest';
import { eventStream } from './event-stream';

/** A stream with the ways to send on it and to see whether it still listens. */
function opened() {
  let send = (_data: string): void => undefined;
  let listening = true;
  const answer = eventStream((given) => {
    send = given;
    return () => {
      listening = false;
    };
  });
  return {
    reader: answer.body!.getReader(),
    send: (data: string) => send(data),
    isListening: () => listening,
  };
}

describe('a stream of events', () => {
  it('ends its listening when the reader goes, and takes late frames without a word', async () => {
    const { reader, send, isListening } = opened();
    send('1');
    await reader.cancel();
    expect(isListening()).toBe(false);
    expect(() => send('2')).not.toThrow();
  });

  it('closes before frames pile up behind a reader who does not read', async () => {
    const { reader, send, isListening } = opened();
    for (let frame = 0; frame < 1000; frame += 1) send(String(frame));
    expect(isListening()).toBe(false);
    let read = 0;
    while (!(await reader.read()).done) read += 1;
    expect(read).toBeLessThanOrEqual(201);
  });
});
