/** What stands for a profile that cannot be used, so that its accounts say why instead of vanishing. */
import { BackendError } from '../backend-error';
import type { RestDefinition } from '../rest-definition';

/**
 * @param id as accounts name it
 * @param reason for the account's screen: what is wrong, where, and what to do
 */
export function brokenProfile(id: string, reason: string): RestDefinition {
  const refuse = (): Promise<never> => Promise.reject(new BackendError('nonsense', reason));
  return {
    descriptor: {
      id,
      name: id,
      signIn: [{ name: 'token', secret: true }],
      addressExample: 'https://helpdesk.example.com',
      tier: 'T4',
      settleMs: 0,
      supports: {
        note: false,
        priority: false,
        tags: false,
        attachments: false,
        push: false,
        maxAttachmentBytes: 0,
      },
      pollMs: 60_000,
      statusWords: { new: 'new', open: 'open', pending: 'pending', resolved: 'resolved', closed: 'closed' },
      feeds: [],
    },
    root: ({ url }) => url,
    auth: () => ({ headers: () => Promise.resolve({}) }),
    whoAmI: refuse,
    feeds: {},
    history: { page: refuse, row: () => null },
    perform: refuse,
    download: refuse,
  };
}
