/** A value of one dimension of a packet: a port, a protocol, an IPv4 address as 32 bits or an IPv6 address as 128. */
export type Point = number | bigint;

/** Values that follow each other, up to and without `after`. */
export interface Range {
  readonly from: Point;
  readonly after: Point;
}

export type Family = 'ipv4' | 'ipv6';

/** The addresses of a CIDR; bits behind the prefix are ignored, as EC2 ignores them. */
export interface Block {
  readonly family: Family;
  /** `null`: every address of the family. */
  readonly range: Range | null;
}

/** `null`: not readable. */
export function findBlock(cidr: string): Block | null {
  const [address = '', length = '', ...rest] = cidr.trim().split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(length)) return null;
  const bits = Number(length);
  return address.includes(':') ? findIpv6Block(address, bits) : findIpv4Block(address, bits);
}

function findIpv4Block(address: string, bits: number): Block | null {
  const value = findIpv4(address);
  if (value === null || bits > 32) return null;
  if (bits === 0) return { family: 'ipv4', range: null };
  const size = 2 ** (32 - bits);
  const from = value - (value % size);
  return { family: 'ipv4', range: { from, after: from + size } };
}

function findIpv6Block(address: string, bits: number): Block | null {
  const value = findIpv6(address);
  if (value === null || bits > 128) return null;
  if (bits === 0) return { family: 'ipv6', range: null };
  const behind = 128n - BigInt(bits);
  const from = (value >> behind) << behind;
  return { family: 'ipv6', range: { from, after: from + (1n << behind) } };
}

function findIpv4(text: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = match?.slice(1).map(Number);
  if (bytes === undefined || bytes.some((byte) => byte > 255)) return null;
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** Any form of RFC 4291, section 2.2: full, with one `::`, with an IPv4 address at the end. */
function findIpv6(text: string): bigint | null {
  const [head = '', tail, ...rest] = text.split('::');
  const before = findGroups(head);
  const behind = tail === undefined ? [] : findGroups(tail);
  if (rest.length > 0 || before === null || behind === null) return null;
  const missing = 8 - before.length - behind.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...before, ...Array.from({ length: missing }, () => 0), ...behind];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

function findGroups(text: string): readonly number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    const ipv4 = at === parts.length - 1 ? findIpv4(part) : null;
    if (ipv4 !== null) groups.push(Math.floor(ipv4 / 65_536), ipv4 % 65_536);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}
