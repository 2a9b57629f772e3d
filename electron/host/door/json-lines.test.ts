import { describe, expect, it } from 'vitest';
import { jsonLines } from './json-lines';

describe('an answer in lines', () => {
  it('begins before anything is known, and tells each thing as soon as it is', async () => {
    let write = (_line: unknown): void => undefined;
    let end = (): void => undefined;
    const response = jsonLines((say) => {
      write = say;
      return new Promise((resolve) => (end = resolve));
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe('\n');
    write({ step: 1 });
    expect((await reader.read()).value).toBe('{"step":1}\n');
    write({ step: 2 });
    end();
    expect((await reader.read()).value).toBe('{"step":2}\n');
    expect((await reader.read()).done).toBe(true);
  });

  it('breaks off where its making does', async () => {
    const response = jsonLines(() => Promise.reject(new Error('It ended early.')));
    await expect(response.text()).rejects.toThrow('It ended early.');
  });

  it('hears that nobody reads any more, and is silent from then on', async () => {
    let hungUp: AbortSignal | null = null;
    let write = (_line: unknown): void => undefined;
    const response = jsonLines((say, signal) => {
      write = say;
      hungUp = signal;
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    });
    expect(hungUp).toMatchObject({ aborted: false });
    await response.body!.cancel();
    expect(hungUp).toMatchObject({ aborted: true });
    expect(() => write({ step: 1 })).not.toThrow();
  });
});
