/** A server of the future: every object of every JSON answer carries fields nobody asked for. */
import type { HttpClient } from '../backends/http';

export function withUnknownFields(http: HttpClient): HttpClient {
  return async (request) => {
    const response = await http(request);
    if (response.headers['content-type']?.startsWith('application/json') !== true) return response;
    return {
      ...response,
      text: async () => JSON.stringify(withMore(JSON.parse(await response.text()))),
    };
  };
}

function withMore(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMore);
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withMore(inner)]));
  return { ...known, field_of_the_future: { nested: [1, 'two', null] } };
}
