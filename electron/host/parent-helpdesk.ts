/** Has the parent process start the embedded helpdesk: in a packaged app only the shell can. */
import { randomUUID } from 'node:crypto';
import type { ParentToHost } from '@shared/contract/host-parent';
import type { HelpdeskLauncher, LaunchedHelpdesk } from './helpdesk-launcher';
import type { ParentPort } from './parent-port';

export function createParentHelpdesk(port: ParentPort): HelpdeskLauncher {
  const launches = new Map<string, (message: Extract<ParentToHost, { launch: string }>) => void>();
  port.onMessage((message) => {
    if ('launch' in message) launches.get(message.launch)?.(message);
  });
  // A parent takes its helpdesk with it, and nobody is left to say so.
  port.onGone(() => {
    for (const [launch, tell] of launches) tell({ type: 'helpdesk-exited', launch });
  });

  return {
    start: ({ dataDir, port: listenOn, seed }) =>
      new Promise<LaunchedHelpdesk>((resolve, reject) => {
        const launch = randomUUID();
        let tellExited = (): void => undefined;
        const exited = new Promise<void>((done) => (tellExited = done));
        launches.set(launch, (message) => {
          if (message.type === 'helpdesk-started') {
            const stop = (): Promise<void> => {
              port.send({ type: 'stop-helpdesk', launch });
              return exited;
            };
            resolve({ url: message.url, token: message.token, exited, stop });
            return;
          }
          launches.delete(launch);
          tellExited();
          reject(
            new Error(message.type === 'helpdesk-failed' ? message.message : 'It ended before it was ready.'),
          );
        });
        port.send({ type: 'launch-helpdesk', launch, dataDir, port: listenOn, seed });
      }),
  };
}
