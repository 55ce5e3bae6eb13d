import { countAwsCalls, measureAwsAttachMs } from './aws-calls.ts';
import { countAzureCalls, measureAzureAttachMs, type CallsOfEvents } from './azure-calls.ts';
import { medianOf, toReport, toRow, type Row } from './table.ts';

/** Calls that reached a cloud's endpoint. Asking how an operation goes on is neither. */
export interface Calls {
  readonly reads: number;
  readonly writes: number;
}

const rowsOf = (what: string, { reads, writes }: Calls, most: Calls): readonly Row[] => [
  toRow(`${what}: reads`, reads, { most: most.reads }, 'calls'),
  toRow(`${what}: writes`, writes, { most: most.writes }, 'calls'),
];

/** A cold process reads the VTAPs and the virtual networks, which a warm one remembers. */
const eventRows = (what: string, { cold, warm, again }: CallsOfEvents): readonly Row[] => [
  ...rowsOf(`${what}, cold process`, cold, { reads: 4, writes: 1 }),
  toRow(`${what}, cold process: reads at a time`, cold.atATime, { most: 3 }, 'calls'),
  ...rowsOf(`${what}, warm process`, warm, { reads: 3, writes: 1 }),
  toRow(`${what}, warm process: reads at a time`, warm.atATime, { most: 3 }, 'calls'),
  ...rowsOf(`${what}, the same again`, again, { reads: 3, writes: 0 }),
];

/** Calls, counted at the endpoints; test/e2e/calls.test.ts asserts the same. */
export async function measureCalls(): Promise<readonly Row[]> {
  const aws = await countAwsCalls();
  const azure = await countAzureCalls();
  return [
    ...rowsOf('AWS launch, cold process', aws.cold, { reads: 5, writes: 1 }),
    toRow('AWS launch, cold process: the health of its load balancer', aws.cold.health, { most: 2 }, 'calls'),
    ...rowsOf('AWS launch, warm process', aws.warm, { reads: 3, writes: 1 }),
    ...rowsOf('AWS, the same event again', aws.again, { reads: 3, writes: 0 }),
    ...rowsOf('AWS, 100 launches in one batch', aws.hundred, { reads: 6, writes: 100 }),
    ...rowsOf('AWS sweep of 1,000 mirrored machines', aws.sweep, { reads: 5, writes: 0 }),
    ...eventRows('Azure event about a machine', azure.ofMachine),
    ...eventRows('Azure event about an interface', azure.ofInterface),
    ...rowsOf('Azure sweep of 1,000 mirrored machines', azure.sweep, { reads: 6, writes: 0 }),
    toRow('Azure sweep of 1,000 mirrored machines: reads of no list', azure.sweep.single, { most: 0 }, 'calls'),
  ];
}

const LAUNCHES = 20;

/** How long it takes from the event to the attachment, on the clouds of this machine. Nothing is asked of it. */
export async function measureAttachTimes(): Promise<readonly Row[]> {
  const toLine = (what: string, timesMs: readonly number[]): Row =>
    toReport(`${what}, from the event to the attachment (median of ${timesMs.length})`, medianOf(timesMs), 'ms');
  return [toLine('AWS', await measureAwsAttachMs(LAUNCHES)), toLine('Azure', await measureAzureAttachMs(LAUNCHES))];
}
