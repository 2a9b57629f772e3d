/** The registry of commands: what can be done now, by which keys. React reads it through commands.ts. */
import {
  matchesStep,
  parseKeys,
  scriptOf,
  type KeyboardKind,
  type KeyPress,
  type Reading,
} from './key-combo';

export const COMMAND_GROUPS = ['queue', 'conversation', 'composer', 'app'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

export interface Command {
  /** Stable name such as `queue.next`; of several mounted under one id the newest counts. */
  id: string;
  group: CommandGroup;
  /** Alternatives, best known first, in the syntax of key-combo.ts; may be empty. */
  keys: readonly string[];
  /** In the agent's language. */
  label: string;
  run: () => void;
  /** `false` hides it from keys and palette; the shortcut sheet still teaches it. */
  enabled?: boolean | undefined;
  /** Also answers while the caret stands in an editor. */
  inEditor?: boolean | undefined;
  /** `false` keeps it out of the palette (moves such as "next"). */
  inPalette?: boolean | undefined;
}

export interface KeyContext {
  /** The caret stands in a text field or editor. */
  inEditor: boolean;
  /** Milliseconds, monotonic: steps of a sequence further apart than a second do not belong together. */
  at: number;
}

const SEQUENCE_PAUSE_MS = 1_000;

/** A set of mounted commands with one keyboard. */
export class CommandRegistry {
  private readonly stacks = new Map<string, { read: () => Command }[]>();
  private readonly listeners = new Set<() => void>();
  private snapshot: readonly Command[] | null = null;
  private pressed: readonly KeyPress[] = [];
  private pressedAt = 0;

  constructor(private readonly keyboard: KeyboardKind) {}

  /** Adds a command until the returned function is called. `read` gives its newest form. */
  add(id: string, read: () => Command): () => void {
    const entry = { read };
    this.stacks.set(id, [...(this.stacks.get(id) ?? []), entry]);
    this.changed();
    return () => {
      const left = (this.stacks.get(id) ?? []).filter((other) => other !== entry);
      if (left.length === 0) this.stacks.delete(id);
      else this.stacks.set(id, left);
      this.changed();
    };
  }

  /** Tells the readers that a label, the keys or the availability of a command changed. */
  changed(): void {
    this.snapshot = null;
    for (const listener of [...this.listeners]) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Mounted commands, the newest of each id; the same array until something changes. */
  list = (): readonly Command[] => {
    this.snapshot ??= [...this.stacks.values()].flatMap((stack) => stack.at(-1)?.read() ?? []);
    return this.snapshot;
  };

  /** The newest form of one command, or `undefined` when nothing offers it now. */
  get(id: string): Command | undefined {
    return this.stacks.get(id)?.at(-1)?.read();
  }

  /**
   * Gives one key press to the commands.
   * @returns true when a command ran, or the press is the beginning of a sequence
   */
  press(press: KeyPress, context: KeyContext): boolean {
    const script = scriptOf(press.key);
    if (script !== null) this.keyboard.latin = script === 'latin';
    const begun = context.at - this.pressedAt <= SEQUENCE_PAUSE_MS ? this.pressed : [];
    this.pressed = [];
    this.pressedAt = context.at;
    // What writes a character belongs to the text, whatever else its command's keys are.
    if (context.inEditor && writes(press)) return false;
    const usable = [...this.stacks.values()]
      .flatMap((stack) => stack.at(-1)?.read() ?? [])
      .filter((command) => command.enabled !== false && (!context.inEditor || command.inEditor === true));
    // A press that does not continue a sequence counts on its own.
    for (const presses of begun.length === 0 ? [[press]] : [[...begun, press], [press]]) {
      const command =
        usable.find((one) => one.keys.some((keys) => this.matches(keys, presses, 'whole', 'typed'))) ??
        usable.find((one) => one.keys.some((keys) => this.matches(keys, presses, 'whole', 'placed')));
      if (command !== undefined) {
        command.run();
        return true;
      }
      if (usable.some((one) => one.keys.some((keys) => this.matches(keys, presses, 'start', 'placed')))) {
        this.pressed = presses;
        return true;
      }
    }
    return false;
  }

  private matches(
    keys: string,
    presses: readonly KeyPress[],
    part: 'whole' | 'start',
    reading: Reading,
  ): boolean {
    const steps = parseKeys(keys);
    if (part === 'whole' ? steps.length !== presses.length : steps.length <= presses.length) return false;
    return presses.every((press, i) => matchesStep(steps[i] ?? '', press, this.keyboard, reading));
  }
}

function writes({ key, ctrlKey, metaKey, altKey }: KeyPress): boolean {
  return [...key].length === 1 && !ctrlKey && !metaKey && !altKey;
}
