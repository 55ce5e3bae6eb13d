import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { findAt, findRecord } from '../../../functions/json.ts';

/** A request as it went out. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** A response as it was recorded: `status`, `headers` and `body`. */
export type Recorded = unknown;

/** What answers a request, by its address or its place among all. */
export type Choose = (url: string, at: number) => Recorded;

/** Sends nothing anywhere: answers with recorded responses, through the SDK's own pipeline. */
export function recordedWire(choose: Choose) {
  const sent: Sent[] = [];
  const httpClient: HttpClient = {
    sendRequest: async (request) => {
      const response = choose(request.url, sent.length);
      const body = typeof request.body === 'string' ? (JSON.parse(request.body) as unknown) : null;
      sent.push({ method: request.method, url: request.url, body });
      if (response === undefined) throw new Error(`nothing was recorded for ${request.method} ${request.url}`);
      const answer = findAt(response, 'body');
      const headers = Object.entries(findRecord(findAt(response, 'headers')) ?? {}).map(
        ([name, value]) => [name, String(value)] as const,
      );
      return {
        request,
        status: Number(findAt(response, 'status')),
        headers: createHttpHeaders({
          'content-type': 'application/json; charset=utf-8',
          ...Object.fromEntries(headers),
        }),
        bodyAsText: typeof answer === 'string' ? answer : JSON.stringify(answer ?? null),
      };
    },
  };
  return { httpClient, sent };
}
