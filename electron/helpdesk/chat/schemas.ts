/** The shapes of the chat page's own endpoints. */
import { createRoute, z } from '@hono/zod-openapi';
import { failure } from '../api/routes';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const tag = { tags: ['chat'] };

export const sessionHeader = z.object({
  'x-chat-session': z.string().max(200).optional().openapi({ description: 'The session of this visitor.' }),
});

export const newSessionSchema = z
  .strictObject({ name: z.string().trim().min(1, 'must not be empty').max(80) })
  .openapi('NewChatSession');

export const sessionSchema = z.object({ session: z.string(), name: z.string() }).openapi('ChatSession');

export const newChatMessageSchema = z
  .strictObject({
    text: z.string().trim().min(1, 'must not be empty').max(10_000),
    client_ref: z.string().regex(/^[\w-]{8,100}$/u, 'must be 8 to 100 letters, digits or dashes'),
  })
  .openapi('NewChatMessage');

export const chatMessageSchema = z
  .object({
    id: z.string(),
    mine: z.boolean(),
    name: z.string(),
    text: z.string(),
    created_at: z.iso.datetime(),
    client_ref: z.string().nullable(),
    attachments: z.array(
      z.object({ id: z.string(), name: z.string(), media_type: z.string(), size: z.int() }),
    ),
  })
  .openapi('ChatMessage');
export type ChatMessage = z.infer<typeof chatMessageSchema>;

const refused = {
  400: failure('The request is not as described.'),
  401: failure('The session is not known.'),
  403: failure('A foreign host name or page.'),
  429: failure('Too much at once; Retry-After tells how long to wait.'),
} as const;

export const sessionRoute = createRoute({
  ...tag,
  method: 'post',
  path: '/chat/sessions',
  summary: 'Begin to chat under a name',
  request: { body: { required: true, content: json(newSessionSchema) } },
  responses: { 201: { description: 'The session.', content: json(sessionSchema) }, ...refused },
});

export const chatHistoryRoute = createRoute({
  ...tag,
  method: 'get',
  path: '/chat/messages',
  summary: 'The newest messages, oldest first',
  request: { headers: sessionHeader },
  responses: {
    200: {
      description: 'The messages.',
      content: json(z.object({ name: z.string(), items: z.array(chatMessageSchema) })),
    },
    ...refused,
  },
});

export const sayRoute = createRoute({
  ...tag,
  method: 'post',
  path: '/chat/messages',
  summary: 'Write something; safe to repeat with the same client_ref',
  request: { headers: sessionHeader, body: { required: true, content: json(newChatMessageSchema) } },
  responses: {
    201: { description: 'It is kept.', content: json(chatMessageSchema) },
    ...refused,
    409: failure('The client_ref was used for another text.'),
  },
});

export const chatStreamRoute = createRoute({
  ...tag,
  method: 'get',
  path: '/chat/stream',
  summary: 'New messages as they come',
  request: { headers: sessionHeader },
  responses: {
    200: { description: 'Server-sent events.', content: { 'text/event-stream': { schema: z.string() } } },
    ...refused,
  },
});

export const chatFileRoute = createRoute({
  ...tag,
  method: 'get',
  path: '/chat/attachments/{id}',
  summary: 'The bytes of a file in this chat',
  request: { headers: sessionHeader, params: z.object({ id: z.string().max(200) }) },
  responses: {
    200: {
      description: 'The bytes.',
      content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
    },
    ...refused,
    404: failure('There is no such file.'),
  },
});

const page = (path: string, summary: string, type: string) =>
  createRoute({
    ...tag,
    method: 'get',
    path,
    summary,
    responses: { 200: { description: summary, content: { [type]: { schema: z.string() } } } },
  });

export const pageRoute = page('/chat', 'The page a customer opens', 'text/html');
export const styleRoute = page('/chat/style.css', 'Its looks', 'text/css');
export const clientRoute = page('/chat/client.js', 'Its program', 'text/javascript');
export const wordsRoute = page('/chat/words.js', 'Its words in each language', 'text/javascript');
