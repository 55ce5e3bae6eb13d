/** How many sources an interface takes as a target, on most instance types. */
export const DEFAULT_CAPACITY = 10;

const LARGE_CAPACITY = 100;

/**
 * The instance types whose interfaces take 100 sources as a target: size to families
 * (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-quotas.html, as of 2026-10).
 * A type that is newer than this list counts as one of 10; `TrafficMirrorSourcesPerTargetLimitExceeded` is the truth.
 */
const LARGE_TYPES: Readonly<Record<string, string>> = {
  '3xlarge': 'trn2',
  '4xlarge': 'p5 hpc7g',
  '8xlarge': 'hpc7g',
  '12xlarge': 'm5zn m8ine c8ine x2iezn z1d g6e g7e hpc7a',
  '16xlarge': 'm6g m6gd c6g c6gd c6gn c7gn r6g r6gd x2gd i4g im4gn g5g hpc7g',
  '18xlarge': 'c5 c5d c5n',
  '24xlarge':
    'm5 m5d m5dn m5n m8azn m8gb m8gn c5 c5d c8gb c8gn r5 r5b r5d r5dn r5n r8gb r8gn x8aedz i3en dl1 dl2q g6e g7e inf1 p3dn p4d p4de vt1 hpc7a',
  '32xlarge': 'm6i m6id m6idn m6in c6i c6id c6in r6i r6id r6idn r6in r7iz x2idn x2iedn i4i trn1 trn1n hpc6id',
  '36xlarge': 'p6e-gb200',
  '48xlarge':
    'm6a m7a m7i m8a m8g m8gb m8gd m8gn m8in m8idn m8ib m8idb c6a c7a c7i c8a c8g c8gb c8gd c8gn c8in c8ib r6a r7a r7i r8a r8g r8gb r8gd r8gn r8in r8idn r8ib r8idb x8g i7i i7ie i8g i8ge f2 g5 g6 g6e g7e inf2 p5 p5e p5en p6-b200 p6-b300 trn2 trn2u hpc6a hpc7a',
  '56xlarge': 'u-6tb1',
  '96xlarge': 'm8i m8id m8in m8idn m8ib m8idb c8i c8id c8in c8ib r8i r8id r8in r8idn r8ib r8idb x8i hpc7a hpc8a',
  '112xlarge': 'u-6tb1 u-9tb1 u-12tb1 u-18tb1 u-24tb1 u7i-6tb u7i-8tb',
  '224xlarge': 'u7i-12tb u7in-16tb u7in-24tb u7in-32tb',
  '480xlarge': 'u7inh-32tb',
};

const LARGE: ReadonlySet<string> = new Set(
  Object.entries(LARGE_TYPES).flatMap(([size, families]) => families.split(' ').map((family) => `${family}.${size}`)),
);

/** How many sources an interface of an instance of this type takes as a target. */
export const capacityOf = (type: string): number => (LARGE.has(type.toLowerCase()) ? LARGE_CAPACITY : DEFAULT_CAPACITY);
