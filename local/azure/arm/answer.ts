/** What the endpoint answers. Bodies are JSON; `null` is an empty body. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface ErrorDetail {
  readonly code: string;
  readonly message: string;
}

export const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers,
  body,
});

/** A resource provider's own error; Microsoft.Network always sends `details`. */
export const refuse = (
  status: number,
  code: string,
  message: string,
  details: readonly ErrorDetail[] = [],
  additionalInfo: readonly object[] = [],
): Answer =>
  answer(status, { error: { code, message, details, ...(additionalInfo.length === 0 ? {} : { additionalInfo }) } });

/** An error of Resource Manager itself, which has no `details` and says that the provider was not reached. */
export const refuseAtGateway = (status: number, code: string, message: string): Answer =>
  answer(status, { error: { code, message } }, { 'x-ms-failure-cause': 'gateway' });

/** An absent child resource: its provider is asked and says no. */
export const childNotFound = (id: string): Answer => refuse(404, 'NotFound', `Resource ${id} not found.`);

/** An absent top-level resource: Resource Manager knows without asking the provider. The recordings of 2019 have no link. */
export const resourceNotFound = (type: string, name: string, group: string, apiVersion: string): Answer =>
  refuseAtGateway(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${name}' under resource group '${group}' was not found.${apiVersion < '2020' ? '' : ' For more details please go to https://aka.ms/ARMResourceNotFoundFix'}`,
  );

export const groupNotFound = (group: string): Answer =>
  refuseAtGateway(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);

/** Microsoft.Network's answer to a body that it cannot take. */
export const invalidFormat = (detail: ErrorDetail): Answer =>
  refuse(400, 'InvalidRequestFormat', 'Cannot parse the request.', [detail]);

export const wrongReferenceType = (id: string, expected: string, path: string): Answer =>
  invalidFormat({
    code: 'InvalidJsonReferenceWrongType',
    message: `Reference Id ${id} is referencing resource of a wrong type. The Id is expected to reference resources of types ${expected}. Path ${path}.`,
  });

export const invalidReference = (id: string, from: string): Answer =>
  refuse(
    400,
    'InvalidResourceReference',
    `Resource ${id} referenced by resource ${from} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
  );
