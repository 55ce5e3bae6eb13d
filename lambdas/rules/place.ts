import { Fault } from '../../shared/fault.ts';

/** What `TAPKEEPER_RULES` names. */
export type NamedPlace =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'object'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'parameter'; readonly name: string };

/** A word of one letter is a drive. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html and object-keys.html: a key has 1 to 1024 bytes. */
const OBJECT = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.{1,1024})$/i;

/**
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html. Without a version or label:
 * the rules are those that are there now.
 */
const PARAMETER = /^ssm:(\/[\w.-]+(?:\/[\w.-]+){0,14})$/i;

/**
 * The place that a setting names: a path, `s3://bucket/key` or `ssm:/parameter/name`.
 * @throws Fault `config-invalid` that says what may stand there.
 */
export function parsePlace(text: string): NamedPlace {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'file', path: text };
  const [, bucket, key] = OBJECT.exec(text) ?? [];
  if (bucket !== undefined && key !== undefined && !key.endsWith('/')) return { kind: 'object', bucket, key };
  const [, name] = PARAMETER.exec(text) ?? [];
  if (name !== undefined) return { kind: 'parameter', name };
  const right = 'write the path of a file, s3://bucket/key or ssm:/parameter/name';
  throw new Fault('config-invalid', `TAPKEEPER_RULES is "${shown(text, scheme)}"; ${right}`);
}

/** What follows a question mark in an address may be a signature. */
const shown = (text: string, scheme: string): string =>
  scheme === 's3' || scheme === 'ssm' ? text : text.replace(/\?.*$/s, '?…');
