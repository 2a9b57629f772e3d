/**
 * The shape of a custom profile: one YAML file that connects a helpdesk nobody here knows. The JSON
 * Schema that editors complete from is made of this one (`resources/backends/profile.schema.json`), so
 * every field says in a sentence what it is for. `docs/custom-backend.md` teaches it.
 *
 * Text that begins with `=` is an expression (JSONata); every other text stands as it is. In paths an
 * expression stands in braces.
 */
import { z } from 'zod';
import { SPEAKING_WAYS } from '../../domain/speaker';
import { CAPABILITIES } from '../capability';
import { WANTS } from './field-hints';

/** Text, numbers, lists and maps of them, with expressions anywhere inside. */
export type Template = string | number | boolean | null | readonly Template[] | { [name: string]: Template };

const template: z.ZodType<Template> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(template), z.record(z.string(), template)]),
);
const field = (name: string): typeof template => {
  const wants = WANTS[name];
  return wants === undefined ? template : template.describe(wants);
};
const fieldsOf = (names: readonly string[], optional: readonly string[]) =>
  z.strictObject({
    ...Object.fromEntries(names.map((name) => [name, field(name)])),
    ...Object.fromEntries(optional.map((name) => [name, field(name).optional()])),
  }) as unknown as z.ZodType<{ [name: string]: Template }>;

const place = z
  .string()
  .describe('Where in the answer it stands: "" is the answer itself, "data.items" a field of a field.');
const expression = z.string().startsWith('=', 'must be an expression: begin it with "="');
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'must be a time such as 500ms, 20s, 5m, 1h or 1d')
  .describe('A time: 500ms, 20s, 5m, 1h or 1d.');
const size = z
  .string()
  .regex(/^\d+(KB|MB)$/, 'must be a size such as 500KB or 20MB')
  .describe('A size: 500KB or 20MB.');

const path = z
  .string()
  .min(1)
  .describe(
    'A path behind the address and server.api, with expressions in braces: /tickets/{conversationId}.',
  );
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type Method = (typeof METHODS)[number];

const requestFields = {
  get: path.optional(),
  post: path.optional(),
  put: path.optional(),
  patch: path.optional(),
  delete: path.optional(),
  query: z.record(z.string(), template).optional().describe('What gives nothing is left out.'),
  headers: z.record(z.string(), template).optional().describe('What gives nothing is left out.'),
  json: template.optional().describe('The body, sent as JSON.'),
  form: z.record(z.string(), template).optional().describe('The body, sent as a web form.'),
  multipart: z
    .strictObject({
      fields: z.record(z.string(), template).optional(),
      file: z.string().describe('The name of the part (or parts) with files.'),
    })
    .optional()
    .describe('The body, sent as multipart/form-data; beside `json` it is used when there are files.'),
};

/** Every request names one method with its path. */
function oneMethod(value: unknown, context: z.core.$RefinementCtx): void {
  const named = METHODS.filter((method) => (value as Record<string, unknown>)[method] !== undefined);
  if (named.length === 1) return;
  const what = named.length === 0 ? 'no path' : `${named.join(' and ')}`;
  context.addIssue({
    code: 'custom',
    message: `needs exactly one of ${METHODS.join(', ')} with a path, and has ${what}`,
  });
}

const pageSize = {
  size: z.int().positive().default(100).describe('How many rows a page has.'),
  sizeParam: z.string().optional().describe('The parameter that asks for that many rows.'),
};
const paging = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }).describe('One answer holds all rows.'),
    z.strictObject({
      kind: z.literal('page'),
      param: z.string(),
      from: z.int().default(1).describe('The number of the first page.'),
      maxPages: z.int().positive().optional().describe('The server refuses pages beyond it.'),
      ...pageSize,
    }),
    z.strictObject({ kind: z.literal('offset'), param: z.string(), ...pageSize }),
    z.strictObject({
      kind: z.literal('cursor'),
      param: z.string(),
      next: place.describe('Where the answer has the next cursor.'),
      more: place.optional().describe('Where it says true or false to "is there more".'),
      ...pageSize,
    }),
    z.strictObject({ kind: z.literal('link'), ...pageSize }).describe('The Link header names the next page.'),
    z.strictObject({
      kind: z.literal('keyset'),
      param: z.string().describe('The parameter for "behind this id".'),
      id: place.describe('Where a row has its rising id.'),
      ...pageSize,
    }),
  ])
  .default({ kind: 'none' });

const listFields = { ...requestFields, rows: place, paging };

const delta = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('continue') })
      .describe('The paging itself goes on for ever: a cursor, or rising ids.'),
    z
      .strictObject({
        kind: z.literal('updatedSince'),
        field: expression.describe('When a row changed, as ISO text or milliseconds; rows rise by it.'),
        bound: z
          .enum(['inclusive', 'exclusive'])
          .default('inclusive')
          .describe('inclusive: asked since a time, the server gives rows of that very time too.'),
        overlap: duration.optional().describe('Each pull looks back so far, for rows that appear late.'),
        newestFirst: z
          .strictObject({ query: z.record(z.string(), template) })
          .optional()
          .describe('How the same list comes newest first, for the first sync; without `since`.'),
      })
      .describe('Requests say `since` (milliseconds) in their query: =$fromMillis(since).'),
    z
      .strictObject({ kind: z.literal('whole'), every: duration })
      .describe('The whole list is read again every so often.'),
  ])
  .default({ kind: 'continue' });

const conversationFields = fieldsOf(
  ['id', 'subject', 'status', 'contactId', 'contactName', 'createdAt', 'updatedAt'],
  [
    'channel',
    'statusLabel',
    'priority',
    'assigneeId',
    'tags',
    'preview',
    'lastMessageAt',
    'lastMessageId',
    'waitingSince',
    'messageCount',
    'version',
    'social',
  ],
);
const messageFields = fieldsOf(
  ['id', 'kind', 'createdAt'],
  [
    'conversationId',
    'authorType',
    'authorId',
    'authorName',
    'text',
    'html',
    'attachments',
    'clientRef',
    'email',
  ],
);
const contactFields = fieldsOf(['id', 'name'], ['emails', 'phones', 'handles', 'createdAt', 'updatedAt']);
const agentFields = fieldsOf(['id', 'name'], ['email']);
const savedReplyFields = fieldsOf(['id', 'title'], ['text', 'html', 'shortcut', 'folder', 'updatedAt']);

const entryFields = {
  each: expression.optional().describe('Read each of these instead of the row; $row is the row.'),
  when: expression.optional().describe('Only what this is true for.'),
  gone: expression.optional().describe('True for the mark that the thing was deleted or merged.'),
  movedTo: expression.optional().describe('The id of the conversation it was merged into.'),
  age: expression.optional().describe('A number that never falls for the same thing: a revision, a time.'),
};
const entry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('conversation'), ...entryFields, fields: conversationFields }),
  z.strictObject({ kind: z.literal('message'), ...entryFields, fields: messageFields }),
  z.strictObject({ kind: z.literal('contact'), ...entryFields, fields: contactFields }),
  z.strictObject({ kind: z.literal('agent'), ...entryFields, fields: agentFields }),
  z.strictObject({ kind: z.literal('savedReply'), ...entryFields, fields: savedReplyFields }),
]);
export type Entry = z.infer<typeof entry>;

const feed = z
  .strictObject({
    ...listFields,
    delta,
    gives: z.array(entry).min(1).describe('What each row is read into.'),
    cursorsExpire: z
      .boolean()
      .default(false)
      .describe('The server forgets its cursors after a while; the list is then read anew.'),
    withMessages: z
      .boolean()
      .default(false)
      .describe('Read the newest messages of each conversation that changed, by `history`.'),
  })
  .superRefine(oneMethod);
export type Feed = z.infer<typeof feed>;

const stepFields = {
  ...requestFields,
  when: expression.optional().describe('Only if this is true.'),
  forEach: expression.optional().describe('Once for each of these, which is `item` in the request.'),
};
const step = z.strictObject(stepFields).superRefine(oneMethod);
const action = z
  .strictObject({
    ...stepFields,
    readFirst: z
      .boolean()
      .default(false)
      .describe('Read the conversation first; the request may use it as `conversation`.'),
    result: expression.optional().describe('The id of what was made, in the answer.'),
    then: z.array(step).default([]).describe('Further requests, in this order.'),
    verify: expression
      .optional()
      .describe('True if it was done, asked of the conversation read again as `conversation`.'),
  })
  .superRefine(oneMethod);
export type Action = z.infer<typeof action>;
export type Step = z.infer<typeof step>;

const theirWord = z.union([z.string(), z.number(), z.boolean()]);
const theirWords = z
  .union([
    theirWord,
    z.array(theirWord).min(1),
    z.strictObject({ sends: theirWord }).describe('Sent for ours, never read as ours.'),
  ])
  .describe('Their word for ours; of several the first is the one that is sent.');
const vocabulary = <T extends string>(ours: readonly T[], all: boolean) =>
  z.strictObject({
    ...(Object.fromEntries(
      ours.map((word) => [word, all ? theirWords : theirWords.optional()]),
    ) as unknown as Record<T, z.ZodOptional<typeof theirWords>>),
    otherwise: z.enum(ours as [T, ...T[]]).describe('What a word means that is not named here.'),
  });

const signIn = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bearer'), workspace: z.boolean().default(false) }),
  z.strictObject({
    kind: z.literal('header'),
    header: z.string().min(1).describe('The header that takes the token.'),
    prefix: z.string().default('').describe('What stands before the token, with its space.'),
    workspace: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('basic'),
    user: z.string().default('{login}').describe('With {login}, {token}, {workspace} in it.'),
    password: z.string().default('{token}').describe('With {login}, {token}, {workspace} in it.'),
    workspace: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('oauth2'),
    tokenUrl: z.string().describe('A path behind the address, or a whole address.'),
    grant: z.enum(['refreshToken', 'clientCredentials']).default('refreshToken'),
    workspace: z.boolean().default(false),
  }),
]);

const request = z.strictObject(requestFields).superRefine(oneMethod);

const pushFields = {
  get: path,
  query: requestFields.query,
  headers: requestFields.headers,
  when: expression
    .optional()
    .describe('Only a message that this is true for; asked of it as JSON, or as the text that it is.'),
  silence: duration
    .default('60s')
    .describe('A stream that says nothing for so long is dead; up to 10s a cut link is told by it.'),
};
const push = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('events'), ...pushFields }).describe('Server-sent events.'),
  z
    .strictObject({
      kind: z.literal('socket'),
      ...pushFields,
      first: template.optional().describe('What is sent once the socket stands: a text, or JSON.'),
    })
    .describe('A plain WebSocket; what comes over it are texts.'),
]);
export type Push = z.infer<typeof push>;

/** As new profiles quote their documentation: three words at least. For editors here; see read-profile.ts. */
export const QUOTED_WORDS = '\\S+\\s+\\S+\\s+\\S+';

export const profileSchema = z.strictObject({
  profile: z.literal(1).describe('The version of this format.'),
  id: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be lower-case letters, digits and dashes, at most 40')
    .describe('Names the backend: accounts say custom:<id>.'),
  name: z.string().min(1).max(80),
  server: z.strictObject({
    example: z.url().describe('What an address looks like, for the form.'),
    api: z
      .string()
      .regex(/^(\/.*[^/])?$/, 'must begin with a slash and not end with one')
      .default(''),
    headers: z.record(z.string(), z.string()).default({}).describe('Sent with every request.'),
    poll: duration.default('15s').describe('Between looking for news.'),
    settle: duration.default('60s').describe('The longest time it may still take what was sent.'),
    requestsPerMinute: z.int().positive().optional(),
    requestsAtOnce: z.int().positive().default(4),
  }),
  signIn,
  whoAmI: z.strictObject({ ...requestFields, agent: agentFields }).superRefine(oneMethod),
  words: z.strictObject({
    status: vocabulary(['new', 'open', 'pending', 'resolved', 'closed'], true),
    priority: vocabulary(['low', 'normal', 'high', 'urgent'], false).optional(),
    channel: vocabulary(['email', 'chat', 'social', 'form', 'phone', 'bot'], false).optional(),
  }),
  feeds: z
    .record(z.string().regex(/^[a-zA-Z][\w-]*$/), feed)
    .describe('The lists that are read for news; the first one is that of the conversations.'),
  conversation: z
    .strictObject({
      ...requestFields,
      row: place.default(''),
      feed: z.string().describe('The feed whose `gives` says how the row is read.'),
    })
    .superRefine(oneMethod)
    .optional()
    .describe('One conversation by its id: read before each reply, and after what is verified.'),
  history: z
    .strictObject({
      ...listFields,
      order: z.enum(['newestFirst', 'oldestFirst']).describe('In which order the server gives messages.'),
      when: expression.optional().describe('Only rows this is true for; others nobody is to see.'),
      each: expression.optional().describe('Read each of these instead of the row; $row is the row.'),
      fields: messageFields,
    })
    .superRefine(oneMethod)
    .describe('The messages of one conversation.'),
  actions: z.strictObject({
    reply: action,
    note: action.optional(),
    status: action,
    assign: action,
    priority: action.optional(),
    tags: action.optional(),
  }),
  delivery: z
    .discriminatedUnion('tier', [
      z.strictObject({ tier: z.literal('T4') }).describe('Nothing can be read back: the agent is asked.'),
      z
        .strictObject({
          tier: z.enum(['T1', 'T2', 'T3']),
          readBack: z
            .strictObject({
              ...listFields,
              found: expression.describe('True for the row that carries $ref.'),
              result: expression.describe('Its id.'),
              maxPages: z
                .int()
                .positive()
                .default(20)
                .describe('Looked through before giving up; newest first is best.'),
            })
            .superRefine(oneMethod),
        })
        .describe('T1: the server knows a repeated `ref`. T2: a field carries it. T3: the text does.'),
    ])
    .describe('How it is proved that a reply was taken when the answer was lost.'),
  files: z
    .strictObject({
      maxBytes: size,
      send: z.discriminatedUnion('kind', [
        z
          .strictObject({
            kind: z.literal('upload'),
            ...requestFields,
            raw: z.boolean().default(false).describe('The body is the file itself.'),
            result: expression.describe('The id of the upload, in the answer.'),
          })
          .superRefine(oneMethod),
        z
          .strictObject({ kind: z.literal('inline') })
          .describe('The reply carries them: files[0].base64 in its json.'),
        z
          .strictObject({ kind: z.literal('multipart') })
          .describe('The reply carries them as its multipart says.'),
      ]),
      download: request.describe('The bytes of {attachmentId}.'),
    })
    .optional(),
  sweep: z
    .strictObject({ ...listFields, id: expression, age: expression.optional() })
    .superRefine(oneMethod)
    .optional()
    .describe('A list of the ids of all conversations, which shows what vanished without a word.'),
  push: push
    .optional()
    .describe('Where the server tells of news by itself; each message is a reason to look.'),
  speaksFor: z
    .enum(SPEAKING_WAYS)
    .default('line')
    .describe(
      'How an agent is named under shared credentials. author: reply and note send agent.id, agent.name or agent.email. line: their name stands under the reply.',
    ),
  lacks: z
    .partialRecord(z.enum(CAPABILITIES), z.string().min(1).meta({ pattern: QUOTED_WORDS }))
    .default({})
    .describe('What it does not offer, each with the words of its documentation.'),
});
export type Profile = z.infer<typeof profileSchema>;
export type Request = z.infer<typeof request>;
export type ListRequest = Request & { rows: string; paging: Paging };
export type Paging = z.infer<typeof paging>;
export type Vocabulary = Profile['words']['status'];
