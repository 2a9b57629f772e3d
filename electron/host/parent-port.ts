/** Talks to the process that forked this host: Electron's main process, or a plain Node parent. */
import {
  hostToParentSchema,
  parentToHostSchema,
  type HostToParent,
  type ParentToHost,
} from '@shared/contract/host-parent';

export interface ParentPort {
  send(message: HostToParent): void;
  /** Hands on every well-formed message; others are ignored. */
  onMessage(listener: (message: ParentToHost) => void): void;
  /** The parent is gone. */
  onGone(listener: () => void): void;
}

/** What Electron puts on `process` inside a utility process. */
interface UtilityPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/** The way to the parent; `null` when the process was not forked. */
export function parentPort(): ParentPort | null {
  const utility = (process as { parentPort?: UtilityPort }).parentPort;
  const read = (raw: unknown, listener: (message: ParentToHost) => void): void => {
    const parsed = parentToHostSchema.safeParse(raw);
    if (parsed.success) listener(parsed.data);
  };
  if (utility !== undefined) {
    return {
      send: (message) => utility.postMessage(hostToParentSchema.parse(message)),
      onMessage: (listener) => utility.on('message', (event) => read(event.data, listener)),
      // Electron ends its utility processes itself when it goes.
      onGone: () => undefined,
    };
  }
  if (process.send === undefined) return null;
  return {
    send(message) {
      if (process.connected) process.send?.(hostToParentSchema.parse(message));
    },
    onMessage: (listener) => process.on('message', (raw) => read(raw, listener)),
    onGone: (listener) => process.on('disconnect', listener),
  };
}
