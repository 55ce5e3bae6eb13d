/** What EC2 is asked: flat parameters of the Query protocol, as `TagSpecification.1.Tag.1.Key`. */
export type Parameters = Readonly<Record<string, string>>;

/** Calls EC2 as a person does. Returns the XML of the answer. @throws Error with the code and the words of a refusal. */
export type Ec2Caller = (action: string, parameters: Parameters) => Promise<string>;

/** Calls that are signed, in form, by `name`. */
export function ec2Caller(endpoint: string, region: string, name: string): Ec2Caller {
  const authorization = `AWS4-HMAC-SHA256 Credential=${name}/20260101/${region}/ec2/aws4_request, SignedHeaders=host, Signature=0`;
  return async (action, parameters) => {
    const body = new URLSearchParams({ Action: action, Version: '2016-11-15', ...parameters });
    const response = await fetch(endpoint, { method: 'POST', body, headers: { authorization } });
    const xml = await response.text();
    if (response.ok) return xml;
    throw new Error(`${action}: ${findElement(xml, 'Code') ?? response.status}: ${findElement(xml, 'Message') ?? ''}`);
  };
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The text of the first element of that name. */
function findElement(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(\w+);/g, (whole, entity: string) => ENTITIES[entity] ?? whole) ?? null;
}

/** @throws Error when the answer has no such element. */
export function getElement(xml: string, name: string): string {
  const text = findElement(xml, name);
  if (text === null) throw new Error(`EC2 answered without ${name}`);
  return text;
}
