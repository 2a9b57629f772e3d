import type { OpenAPIHono } from '@hono/zod-openapi';
import { newRouter, type HelpdeskContext } from '../api/router';

export function chatRoutes(_context: HelpdeskContext): OpenAPIHono {
  return newRouter();
}
