import { describe, expect, it } from 'vitest';
import { HELP, readOptions, UsageError } from './options';

describe('the command line of npm start', () => {
  it('opens a window on the kept port and the default folder when nothing is said', () => {
    expect(readOptions([])).toEqual({
      help: false,
      web: false,
      open: true,
      port: null,
      data: null,
      fresh: false,
    });
  });

  it('reads every flag, with = or a space', () => {
    expect(readOptions(['--web', '--no-open', '--port', '0', '--data=/tmp/x', '--fresh', '--help'])).toEqual({
      help: true,
      web: true,
      open: false,
      port: 0,
      data: '/tmp/x',
      fresh: true,
    });
  });

  it.each([
    [['--wbe'], "Unknown option '--wbe'"],
    [['here'], "Unexpected argument 'here'"],
    [['--port'], "Option '--port <value>' argument missing"],
    [['--port', '70000'], '--port wants a whole number from 0 to 65535, not "70000"'],
    [['--port', '-1'], '--port'],
    [['--port=1e3'], '--port wants a whole number'],
  ])('answers %j with one sentence', (argv, sentence) => {
    const failed = ((): unknown => {
      try {
        return readOptions(argv);
      } catch (error) {
        return error;
      }
    })();
    expect(failed).toBeInstanceOf(UsageError);
    const { message } = failed as UsageError;
    expect(message).toContain(sentence);
    expect(message).not.toContain('\n');
  });

  it('explains every flag in its help', () => {
    for (const flag of ['--web', '--no-open', '--port N', '--data DIR', '--fresh', '--help']) {
      expect(HELP).toContain(flag);
    }
  });
});
