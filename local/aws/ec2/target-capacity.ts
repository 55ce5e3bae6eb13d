/**
 * Sizes of instances whose interfaces take 100 sources as a target, by family
 * (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-quotas.html, as of autumn 2026: the page changes often).
 */
const LARGE = `
  m5 m5d m5dn m5n r5 r5b r5d r5dn r5n i3en dl1 dl2q inf1 p3dn p4d p4de vt1 x8aedz m8azn: 24
  m5zn z1d x2iezn m8ine c8ine: 12
  m6a m7a m7i m8a m8g m8gd c6a c7a c7i c8a c8g c8gd r6a r7a r7i r8a r8g r8gd x8g: 48
  m6g m6gd c6g c6gd c6gn c7gn r6g r6gd x2gd i4g im4gn g5g: 16
  m6i m6id m6idn m6in c6i c6id c6in r6i r6id r6idn r6in r7iz x2idn x2iedn i4i trn1 trn1n hpc6id: 32
  m8gb m8gn c8gb c8gn r8gb r8gn: 24 48
  m8i m8id c8i c8id r8i r8id x8i: 96
  m8in m8idn m8ib m8idb c8in c8ib r8in r8idn r8ib r8idb: 48 96
  c5 c5d: 18 24
  c5n: 18
  u-6tb1: 56 112
  u-9tb1 u-12tb1 u-18tb1 u-24tb1 u7i-6tb u7i-8tb: 112
  u7i-12tb u7in-16tb u7in-24tb u7in-32tb: 224
  u7inh-32tb: 480
  i7i i7ie i8g i8ge f2 g5 g6 inf2 p5e p5en p6-b200 p6-b300 trn2u hpc6a: 48
  g6e g7e: 12 24 48
  p5: 4 48
  p6e-gb200: 36
  trn2: 3 48
  hpc7a: 12 24 48 96
  hpc7g: 4 8 16
  hpc8a: 96`;

const LARGE_TYPES = new Set(LARGE.trim().split('\n').flatMap(readLine));

function readLine(line: string): readonly string[] {
  const [families = '', sizes = ''] = line.split(':').map((part) => part.trim());
  return families.split(' ').flatMap((family) => sizes.split(' ').map((size) => `${family}.${size}xlarge`));
}

/** How many sources an interface of such an instance takes as a target. */
export const capacityOf = (instanceType: string): number => (LARGE_TYPES.has(instanceType) ? 100 : 10);
