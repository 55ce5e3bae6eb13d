import { request } from 'node:http';

/**
 * Stands in for the compiled half of aws-lambda-ric, which posts answers to the Runtime API: the same calls, over Node's HTTP
 * (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client, src/rapid-client.cc). Fetching the next event is left to
 * the client's own JavaScript.
 */
function post(path: string, body: string, headers: Readonly<Record<string, string>>): void {
  const [hostname = '', port = ''] = (process.env['AWS_LAMBDA_RUNTIME_API'] ?? '').split(':');
  const sending = request({ hostname, port, path: `/2018-06-01/runtime/invocation/${path}`, method: 'POST', headers });
  sending.setHeader('content-type', 'application/json');
  sending.on('response', (response) => response.resume());
  sending.end(body);
}

export const done = (id: string, body: string): void => post(`${id}/response`, body, {});

export const error = (id: string, body: string, xray: string): void =>
  post(`${id}/error`, body, { 'lambda-runtime-function-xray-error-cause': xray });
