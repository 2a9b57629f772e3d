/** An HTTP client that answers from a script and remembers what it was asked. */
import type { HttpClient, HttpRequest, HttpResponse } from '../backends/http';

export interface ScriptedAnswer {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown;
}

/** Answers in turn, or fails with what is an `Error`; asking for more than the script holds fails the test. */
export function scriptedHttp(...script: (ScriptedAnswer | Error)[]): {
  http: HttpClient;
  requests: HttpRequest[];
} {
  const requests: HttpRequest[] = [];
  const http: HttpClient = (request) => {
    requests.push(request);
    const answer = script.shift();
    if (answer === undefined)
      return Promise.reject(new Error(`Nobody scripted ${request.method} ${request.url}.`));
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(httpAnswer(answer));
  };
  return { http, requests };
}

/** One answer as the port promises it; JSON unless a content type says otherwise. */
export function httpAnswer({ status = 200, headers = {}, body = {} }: ScriptedAnswer): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    text: () => Promise.resolve(text),
    async *stream() {
      yield new TextEncoder().encode(text);
    },
  };
}
