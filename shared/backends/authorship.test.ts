/** Whose name a message stands under where the credentials are shared: each vendor's way, and what goes wrong. */
import { describe, expect, it } from 'vitest';
import type { IntentAction } from '../domain/intents';
import { harnessOf, type VendorRequest, type VendorSimulator } from '../testing/vendor-kit';
import { openFreshdesk } from '../testing/vendors/freshdesk/freshdesk-simulator';
import { openZammad } from '../testing/vendors/zammad/zammad-simulator';
import { openZendesk } from '../testing/vendors/zendesk/zendesk-simulator';
import { anOperation, aReply, readHistory } from './check/check-kit';
import type { Operation, OperationProof } from './port';

const signal = new AbortController().signal;
const NOTE: IntentAction = { kind: 'note', text: 'Among us', files: [] };

interface Vendor {
  name: string;
  open(): VendorSimulator & { server: { faults: object } };
  colleague: string;
  me: string;
  /** Switches on that the server takes the author and stores another one. */
  ignoring: string;
  /** Where the author stands in a request. */
  named(request: VendorRequest): unknown;
}

const jsonOf = ({ body }: VendorRequest): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;

const VENDORS: readonly Vendor[] = [
  {
    name: 'Zendesk',
    open: () => openZendesk('admin'),
    colleague: '2',
    me: '1',
    ignoring: 'ignoresAuthor',
    named: (request) =>
      (jsonOf(request)['ticket'] as { comment?: { author_id?: unknown } }).comment?.author_id,
  },
  {
    name: 'Zammad',
    open: openZammad,
    colleague: '4',
    me: '3',
    ignoring: 'losesFrom',
    named: ({ headers }) => headers['from'],
  },
  {
    name: 'Freshdesk',
    open: openFreshdesk,
    colleague: '32',
    me: '31',
    ignoring: 'ignoresAuthor',
    named: (request) => jsonOf(request)['user_id'],
  },
];

async function stage({ open, ignoring }: Vendor, ignores = false) {
  const simulator = open();
  const id = await simulator.customerWrites('Please answer');
  Object.assign(simulator.server.faults, { [ignoring]: ignores });
  const requests: VendorRequest[] = [];
  const handle = simulator.server.handle.bind(simulator.server);
  simulator.server.handle = (request) => {
    requests.push(request);
    return handle(request);
  };
  const backend = harnessOf(simulator).connect();
  const writes = (action: IntentAction, author?: Operation['author']): Promise<OperationProof> =>
    backend.perform(anOperation(id, action, author === undefined ? {} : { author }), signal);
  const thread = async () =>
    (await readHistory(backend, id, signal)).messages.filter(({ kind }) => kind !== 'inbound');
  const wrote = (): VendorRequest =>
    requests.findLast(({ method }) => method === 'PUT' || method === 'POST')!;
  return { simulator, writes, thread, wrote };
}

describe.each(VENDORS)('$name', (vendor) => {
  const colleague = { id: vendor.colleague, name: 'Sample Colleague', email: null };

  it('is told who writes, for replies and for notes, and shows them', async () => {
    for (const action of [aReply('From a colleague'), NOTE]) {
      const { writes, thread, wrote } = await stage(vendor);
      const proof = await writes(action, colleague);
      expect(String(vendor.named(wrote()))).toBe(vendor.colleague);
      expect((await thread()).map(({ author }) => author.id)).toEqual([vendor.colleague]);
      expect(proof.author?.id).toBe(vendor.colleague);
    }
  });

  it('is told nothing of an author where the credentials are the agent’s own', async () => {
    const { writes, thread, wrote } = await stage(vendor);
    const proof = await writes(aReply('My own'));
    expect(vendor.named(wrote())).toBeUndefined();
    expect((await thread()).map(({ author }) => author.id)).toEqual([vendor.me]);
    expect(proof.author?.id ?? vendor.me).toBe(vendor.me);
  });

  it('is caught at another author than was asked, whatever it answers', async () => {
    const { writes, thread } = await stage(vendor, true);
    const proof = await writes(aReply('From a colleague'), colleague);
    expect(proof.author?.id).toBe(vendor.me);
    expect(await thread()).toHaveLength(1);
  });

  it('refuses an agent whom it does not know, and nothing leaves under another name', async () => {
    const { writes, thread } = await stage(vendor);
    const unknown = writes(aReply('From nobody'), { ...colleague, id: '424242' });
    await expect(unknown).rejects.toMatchObject({
      kind: expect.stringMatching(/^(invalid|forbidden)$/) as string,
    });
    expect(await thread()).toEqual([]);
  });
});

it('names the author also of a reply with files, which Freshdesk takes as a form', async () => {
  const vendor = VENDORS.find(({ name }) => name === 'Freshdesk')!;
  const simulator = vendor.open();
  const id = await simulator.customerWrites('Please answer');
  const backend = harnessOf(simulator).connect();
  const bytes = new TextEncoder().encode('sample');
  const file = { hash: '0'.repeat(64), name: 'a.txt', mediaType: 'text/plain', size: bytes.length };
  const files = [
    {
      ...file,
      async *read() {
        yield bytes;
      },
    },
  ];
  const author = { id: vendor.colleague, name: 'Sample Colleague', email: null };
  await backend.perform(anOperation(id, aReply('With a file', [file]), { files, author }), signal);
  const { messages } = await readHistory(backend, id, signal);
  expect(messages.at(-1)).toMatchObject({
    author: { id: vendor.colleague },
    attachments: [{ name: 'a.txt' }],
  });
});

it('says in Zammad’s words that the token may speak for nobody else', async () => {
  const vendor = VENDORS.find(({ name }) => name === 'Zammad')!;
  const { simulator, writes, thread } = await stage(vendor);
  Object.assign(simulator.server.faults, { lacksAdminUser: true });
  const refused = writes(aReply('From a colleague'), { id: '4', name: 'Sample Colleague', email: null });
  await expect(refused).rejects.toMatchObject({
    kind: 'forbidden',
    message: expect.stringContaining("no permission to use 'From'") as string,
  });
  expect(await thread()).toEqual([]);
});
