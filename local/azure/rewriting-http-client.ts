import { createDefaultHttpClient, createPipelineRequest, type HttpClient } from '@azure/core-rest-pipeline';

/** The public address of Azure Resource Manager. */
export const MANAGEMENT_ENDPOINT = 'https://management.azure.com';

/**
 * An `httpClient` for Azure's SDKs that sends what is addressed to `from` to the loopback address `to` instead.
 *
 * The SDKs refuse to send a bearer token over plain HTTP, also with `allowInsecureConnection`, so the address is changed
 * below that check. The original request is put back on the response: pollers of long-running operations read
 * the address from there. `x-forwarded-*` lets the endpoint answer with links to the address that the client knows.
 */
export function rewritingHttpClient(from: string, to: string): HttpClient {
  const inner = createDefaultHttpClient();
  const publicUrl = new URL(from);
  return {
    async sendRequest(request) {
      const url = new URL(request.url);
      if (url.origin !== publicUrl.origin) return inner.sendRequest(request);
      const rewritten = createPipelineRequest({
        ...request,
        url: `${to}${url.pathname}${url.search}`,
        allowInsecureConnection: true,
      });
      rewritten.headers.set('x-forwarded-host', url.host);
      rewritten.headers.set('x-forwarded-proto', url.protocol.replace(':', ''));
      const response = await inner.sendRequest(rewritten);
      response.request = request;
      return response;
    },
  };
}
