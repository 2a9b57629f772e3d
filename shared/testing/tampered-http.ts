/** Clients between a backend and its server that change what the server says. */
import { isSuccess } from '../backends/response';
import type { HttpClient } from '../backends/http';
import { httpAnswer } from './scripted-http';

/** A captive portal or an error page: HTML with status 200, whatever was asked. */
export const htmlInstead: HttpClient = () =>
  Promise.resolve(
    httpAnswer({
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: '<!doctype html><title>Sign in to the network</title>',
    }),
  );

/** A server that never says no: 401 and 403 become 200, with the server's words or those given. */
export function neverRefusing(body?: unknown): (http: HttpClient) => HttpClient {
  return (http) => async (request) => {
    const response = await http(request);
    if (response.status !== 401 && response.status !== 403) return response;
    return body === undefined ? { ...response, status: 200 } : httpAnswer({ body });
  };
}

type Row = Readonly<Record<string, unknown>>;

/** Every field but the id gets a type that no schema wants. */
export const wrongTypes = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, name === 'id' ? value : { wrong: ['type'] }]),
  );

/** Spoils the row with this id in every JSON answer, wherever it stands in a list. */
export function spoilingRow(id: string, spoil: (row: Row) => Row): (http: HttpClient) => HttpClient {
  const walk = (value: unknown, inList: boolean): unknown => {
    if (Array.isArray(value)) return value.map((inner) => walk(inner, true));
    if (typeof value !== 'object' || value === null) return value;
    if (inList && 'id' in value && String(value.id) === id) return spoil(value as Row);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner, false)]));
  };
  return (http) => async (request) => {
    const response = await http(request);
    const json = response.headers['content-type']?.includes('json') === true;
    if (!isSuccess(response.status) || !json) return response;
    return { ...response, text: async () => JSON.stringify(walk(JSON.parse(await response.text()), false)) };
  };
}
