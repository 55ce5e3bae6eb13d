import { expect, test } from 'vitest';
import { capacityOf } from '../../../local/aws/ec2/target-capacity.ts';

test.each([
  ['m5.24xlarge', 100],
  ['m5.12xlarge', 10],
  ['c5.18xlarge', 100],
  ['c5d.18xlarge', 100],
  ['u7i-12tb.224xlarge', 100],
  ['u-6tb1.56xlarge', 100],
  ['hpc7g.4xlarge', 100],
  ['p5.4xlarge', 100],
  ['r8idn.96xlarge', 100],
  ['x2gd.16xlarge', 100],
  ['trn2.3xlarge', 100],
  ['m5.large', 10],
  ['t3.micro', 10],
  ['m99.24xlarge', 10],
])('an interface of a %s takes %i sources', (type, capacity) => {
  expect(capacityOf(type)).toBe(capacity);
});
