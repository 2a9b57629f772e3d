/** Every route of the REST API, described once: validation and `/openapi.json` both come from here. */
import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import * as schemas from './schemas';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: json(schema),
});
const security: RouteConfig['security'] = [{ token: [] }];

/** The ways a request fails, each with the same shape. */
export const failure = (description: string) => answer(description, schemas.errorSchema);
const refused = {
  400: failure('The request is not as described.'),
  401: failure('No token, or a wrong one.'),
  403: failure('A foreign host name or page.'),
} as const;
const missing = { 404: failure('There is no such thing.') } as const;

export const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  summary: 'Whether the helpdesk is up',
  responses: { 200: answer('It is.', schemas.healthSchema) },
});

export const meRoute = createRoute({
  method: 'get',
  path: '/api/v1/me',
  summary: 'The agent the token belongs to',
  security,
  responses: { 200: answer('The agent, and the id of the helpdesk.', schemas.meSchema), ...refused },
});

const feed = <P extends string, T extends z.ZodType>(path: P, item: T, name: string, summary: string) =>
  createRoute({
    method: 'get',
    path,
    summary,
    description: 'Ascending by revision. Follow `next_cursor`; it is also the place to go on from later.',
    security,
    request: { query: schemas.feedQuery },
    responses: { 200: answer('A page.', schemas.feedSchema(item, name)), ...refused },
  });

export const agentsRoute = feed('/api/v1/agents', schemas.agentSchema, 'AgentPage', 'Changed agents');
export const contactsRoute = feed(
  '/api/v1/contacts',
  schemas.contactSchema,
  'ContactPage',
  'Changed contacts',
);
export const conversationsRoute = feed(
  '/api/v1/conversations',
  schemas.conversationSchema,
  'ConversationPage',
  'Changed conversations',
);
export const messagesRoute = feed(
  '/api/v1/messages',
  schemas.messageSchema,
  'MessagePage',
  'Changed messages',
);

export const savedRepliesRoute = feed(
  '/api/v1/saved-replies',
  schemas.savedReplySchema,
  'SavedReplyPage',
  'Changed saved replies',
);

export const newSavedReplyRoute = createRoute({
  method: 'post',
  path: '/api/v1/saved-replies',
  summary: 'Keep a saved reply',
  security,
  request: { body: { required: true, content: json(schemas.newSavedReplySchema) } },
  responses: { 201: answer('The saved reply.', schemas.savedReplySchema), ...refused },
});

export const idsRoute = createRoute({
  method: 'get',
  path: '/api/v1/ids/{feed}',
  summary: 'The ids of everything that exists, with versions',
  description:
    'For comparing what a console holds. Things that change meanwhile may come twice; none is left out.',
  security,
  request: { params: schemas.feedParam, query: schemas.idsQuery },
  responses: { 200: answer('A page.', schemas.idsSchema), ...refused },
});

export const rowsRoute = createRoute({
  method: 'get',
  path: '/api/v1/rows/{feed}',
  summary: 'Some things by their ids',
  description:
    'One item for each id, in their order; what does not exist comes as gone. Large bodies end the answer early: ask again for the rest.',
  security,
  request: { params: schemas.feedParam, query: schemas.rowsQuery },
  responses: { 200: answer('The things.', schemas.rowsSchema), ...refused },
});

export const conversationRoute = createRoute({
  method: 'get',
  path: '/api/v1/conversations/{id}',
  summary: 'One conversation, with its version as ETag',
  security,
  request: { params: schemas.idParam, headers: schemas.ifNoneMatchHeader },
  responses: {
    200: answer('The conversation.', schemas.conversationSchema),
    304: { description: 'It is still at the version named by If-None-Match.' },
    ...refused,
    ...missing,
  },
});

export const patchRoute = createRoute({
  method: 'patch',
  path: '/api/v1/conversations/{id}',
  summary: 'Change status, priority, assignee or tags',
  security,
  request: {
    params: schemas.idParam,
    headers: schemas.guardedHeaders,
    body: { required: true, content: json(schemas.patchSchema) },
  },
  responses: {
    200: answer('The conversation afterwards.', schemas.conversationSchema),
    ...refused,
    ...missing,
    409: failure('The Idempotency-Key was used for something else.'),
    412: failure('The conversation moved since the version named by If-Match.'),
    422: failure('Understood, but it cannot be done.'),
  },
});

export const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/v1/conversations/{id}',
  summary: 'Delete a conversation with its messages',
  security,
  request: { params: schemas.idParam },
  responses: { 204: { description: 'Deleted.' }, ...refused, ...missing },
});

export const mergeRoute = createRoute({
  method: 'post',
  path: '/api/v1/conversations/{id}/merge',
  summary: 'Move all messages into another conversation',
  security,
  request: { params: schemas.idParam, body: { required: true, content: json(schemas.mergeSchema) } },
  responses: {
    200: answer('The conversation that took them.', schemas.mergedSchema),
    ...refused,
    ...missing,
    422: failure('It cannot be merged.'),
  },
});

export const historyRoute = createRoute({
  method: 'get',
  path: '/api/v1/conversations/{id}/messages',
  summary: 'Messages of one conversation, newest page first, ascending inside',
  security,
  request: { params: schemas.idParam, query: schemas.historyQuery },
  responses: { 200: answer('A page.', schemas.historySchema), ...refused, ...missing },
});

export const newMessageRoute = createRoute({
  method: 'post',
  path: '/api/v1/conversations/{id}/messages',
  summary: 'Reply or leave a note',
  security,
  request: {
    params: schemas.idParam,
    headers: schemas.guardedHeaders,
    body: { required: true, content: json(schemas.newMessageSchema) },
  },
  responses: {
    201: answer('The message and the conversation afterwards.', schemas.writtenSchema),
    ...refused,
    ...missing,
    409: failure('The Idempotency-Key was used for something else.'),
    412: failure('The conversation moved since the version named by If-Match.'),
    422: failure('Understood, but it cannot be done.'),
  },
});

export const operationRoute = createRoute({
  method: 'get',
  path: '/api/v1/operations/{ref}',
  summary: 'What an Idempotency-Key made',
  security,
  request: { params: schemas.refParam },
  responses: { 200: answer('What it made.', schemas.operationSchema), ...refused, ...missing },
});

export const uploadRoute = createRoute({
  method: 'post',
  path: '/api/v1/uploads',
  summary: 'Upload a file to name in a message',
  security,
  request: {
    query: schemas.uploadQuery,
    headers: schemas.keyHeader,
    body: {
      required: true,
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    },
  },
  responses: {
    201: answer('The upload.', schemas.uploadSchema),
    ...refused,
    409: failure('The Idempotency-Key was used for something else.'),
    413: failure('The file is too large.'),
  },
});

export const attachmentRoute = createRoute({
  method: 'get',
  path: '/api/v1/attachments/{id}',
  summary: 'The bytes of an attachment',
  security,
  request: { params: schemas.idParam },
  responses: {
    200: {
      description: 'The bytes, with their media type and length.',
      content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
    },
    ...refused,
    ...missing,
  },
});

export const eventsRoute = createRoute({
  method: 'get',
  path: '/api/v1/events',
  summary: 'A frame with the newest revision whenever something changed',
  security,
  responses: {
    200: { description: 'Server-sent events.', content: { 'text/event-stream': { schema: z.string() } } },
    ...refused,
  },
});

export const inboundEmailRoute = createRoute({
  method: 'post',
  path: '/inbound/email',
  summary: 'Take a mail in, raw as RFC 822',
  security,
  request: {
    body: { required: true, content: { 'message/rfc822': { schema: { type: 'string', format: 'binary' } } } },
  },
  responses: {
    200: answer('Known already; nothing was done.', schemas.acceptedSchema),
    201: answer('Taken in.', schemas.acceptedSchema),
    ...refused,
    413: failure('The mail is too large.'),
    422: failure('This is not a mail.'),
  },
});

export const inboundSocialRoute = createRoute({
  method: 'post',
  path: '/inbound/social',
  summary: 'Take a public post or a direct message in',
  security,
  request: { body: { required: true, content: json(schemas.inboundSocialSchema) } },
  responses: {
    200: answer('Known already; nothing was done.', schemas.acceptedSchema),
    201: answer('Taken in.', schemas.acceptedSchema),
    ...refused,
  },
});

export const outgoingSocialRoute = createRoute({
  method: 'get',
  path: '/outgoing/social',
  summary: 'Answers to social messages, oldest first',
  security,
  request: { query: schemas.feedQuery },
  responses: { 200: answer('A page.', schemas.outgoingSocialListSchema), ...refused },
});
