import { describe, expect, it, vi } from 'vitest';
import { CommandRegistry, type Command } from './command-registry';
import type { KeyPress } from './key-combo';
import { press } from './testing/press';

const outside = (at: number) => ({ inEditor: false, at });

function registryWith(...commands: Partial<Command>[]) {
  const registry = new CommandRegistry({ mac: false, latin: true });
  const runs = commands.map((command, i) => {
    const run = vi.fn();
    registry.add(command.id ?? `c${i}`, () => ({
      id: `c${i}`,
      group: 'app',
      keys: [],
      label: 'Label',
      run,
      ...command,
    }));
    return run;
  });
  return { registry, runs };
}

describe('a single key', () => {
  it('runs its command and says that the press was used', () => {
    const { registry, runs } = registryWith({ keys: ['j'] });
    expect(registry.press(press('j'), outside(0))).toBe(true);
    expect(registry.press(press('x'), outside(1))).toBe(false);
    expect(runs[0]).toHaveBeenCalledOnce();
  });

  it('that writes a character never leaves an editor, also of a command with another key for editors', () => {
    const { registry, runs } = registryWith({ keys: ['Mod+k', '/'], inEditor: true });
    expect(registry.press(press('/', 'Slash'), { inEditor: true, at: 0 })).toBe(false);
    expect(runs[0]).not.toHaveBeenCalled();
    expect(registry.press(press('/', 'Slash'), outside(5_000))).toBe(true);
  });

  it('types instead of running while the caret is in an editor, unless the command asks for it', () => {
    const { registry, runs } = registryWith({ keys: ['j'] }, { keys: ['Escape'], inEditor: true });
    expect(registry.press(press('j'), { inEditor: true, at: 0 })).toBe(false);
    expect(registry.press(press('Escape', 'Escape'), { inEditor: true, at: 1 })).toBe(true);
    expect(runs[0]).not.toHaveBeenCalled();
    expect(runs[1]).toHaveBeenCalledOnce();
  });

  it('leaves a switched-off command alone', () => {
    const { registry, runs } = registryWith({ keys: ['e'], enabled: false });
    expect(registry.press(press('e'), outside(0))).toBe(false);
    expect(runs[0]).not.toHaveBeenCalled();
  });
});

describe('a sequence', () => {
  it('runs when its steps follow each other within a second', () => {
    const { registry, runs } = registryWith({ keys: ['g g'] }, { keys: ['g m'] });
    expect(registry.press(press('g'), outside(0))).toBe(true);
    registry.press(press('m'), outside(900));
    expect(runs[0]).not.toHaveBeenCalled();
    expect(runs[1]).toHaveBeenCalledOnce();
  });

  it('is forgotten after a pause', () => {
    const { registry, runs } = registryWith({ keys: ['g m'] });
    registry.press(press('g'), outside(0));
    expect(registry.press(press('m'), outside(1_500))).toBe(false);
    expect(runs[0]).not.toHaveBeenCalled();
  });

  it('gives a key that does not belong to it to its own command', () => {
    const { registry, runs } = registryWith({ keys: ['g g'] }, { keys: ['j'] });
    registry.press(press('g'), outside(0));
    expect(registry.press(press('j'), outside(100))).toBe(true);
    expect(runs[1]).toHaveBeenCalledOnce();
  });

  it('works on a Cyrillic layout', () => {
    const { registry, runs } = registryWith({ keys: ['g g'] });
    registry.press(press('п', 'KeyG'), outside(0));
    registry.press(press('п', 'KeyG'), outside(100));
    expect(runs[0]).toHaveBeenCalledOnce();
  });
});

describe('punctuation on a Cyrillic layout', () => {
  const typed = (key: string, code: string, shiftKey: boolean): KeyPress => ({
    ...press(key, code),
    shiftKey,
  });

  it('reads what was typed before where the key stands', () => {
    const { registry, runs } = registryWith({ keys: ['/'] }, { keys: ['?'] });
    registry.press(press('о', 'KeyJ'), outside(0));
    registry.press(typed('?', 'Digit7', true), outside(10));
    registry.press(typed('?', 'Slash', false), outside(20));
    expect(runs[0]).not.toHaveBeenCalled();
    expect(runs[1]).toHaveBeenCalledTimes(2);
    registry.press(typed('.', 'Slash', false), outside(30));
    expect(runs[0]).toHaveBeenCalledOnce();
  });
});

describe('two commands under one id', () => {
  it('the one mounted last counts until it leaves', () => {
    const registry = new CommandRegistry({ mac: false, latin: true });
    const make = (label: string): Command => ({ id: 'x', group: 'app', keys: [], label, run: () => {} });
    registry.add('x', () => make('first'));
    const remove = registry.add('x', () => make('second'));
    expect(registry.list().map((command) => command.label)).toEqual(['second']);
    remove();
    expect(registry.get('x')?.label).toBe('first');
  });
});

it('gives the same list until something changes, so readers do not redraw for nothing', () => {
  const { registry } = registryWith({ keys: ['j'] });
  expect(registry.list()).toBe(registry.list());
  const before = registry.list();
  registry.changed();
  expect(registry.list()).not.toBe(before);
});
