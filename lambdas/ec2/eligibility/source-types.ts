/**
 * Instance types that are known not to be sources. A list of what is refused, not of what is allowed: a family that is
 * newer than this list is tried, and `NetworkInterfaceNotSupported` is the truth.
 */
const NOT_SOURCES = {
  asOf: '2026-10',
  source: 'https://docs.aws.amazon.com/vpc/latest/mirroring/what-is-traffic-mirroring.html',
  families: new Set(
    [
      't1 t2 m1 m2 m3 c1 c3 cc1 cc2 cg1 cr1 g2 hi1 hs1 i2 r3',
      'm8a m8azn m8g m8gb m8gd m8gn m8i m8id m8idn m8in m8ine m8ib m8idb m8i-flex',
      'c7gn c8a c8g c8gb c8gd c8gn c8i c8id c8in c8ine c8ib c8i-flex',
      'r8a r8g r8gb r8gd r8gn r8i r8id r8idn r8in r8ib r8idb r8i-flex x8aedz x8g x8i',
      'i7ie i8g i8ge hpc7g hpc8a p5en p6-b200 p6-b300 p6e-gb200 g7e trn2 trn2u',
    ]
      .join(' ')
      .split(' '),
  ),
  /** Families of which only the virtualised sizes are sources: their bare metal is not on the second Nitro version. */
  metalFamilies: new Set(
    [
      'm5dn m5n m5zn m6a m6i m6id m6idn m6in m7a m7g m7gd m7i',
      'c5n c6a c6i c6id c6in c7a c7g c7gd c7i',
      'r5dn r5n r6a r6i r6id r6idn r6in r7a r7g r7gd r7i r7iz x2idn x2iedn x2iezn',
      'u-6tb1 u-9tb1 u-12tb1 u-18tb1 u-24tb1 i3en i4i i7i g4dn',
    ]
      .join(' ')
      .split(' '),
  ),
} as const;

/** Why no interface of an instance of this type can be mirrored, or `null` when nothing is known against it. */
export function findUnfitType(type: string | null): string | null {
  if (type === null) return null;
  const [family = '', size = ''] = type.toLowerCase().split('.');
  const isMetal = size.startsWith('metal');
  if (!NOT_SOURCES.families.has(family) && !(isMetal && NOT_SOURCES.metalFamilies.has(family))) return null;
  return `instances of type ${type} are not supported as traffic mirror sources (${NOT_SOURCES.source}, as of ${NOT_SOURCES.asOf})`;
}
