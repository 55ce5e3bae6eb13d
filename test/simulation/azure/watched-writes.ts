import type { HttpClient } from '../../../functions/arm/traffic/exchange.ts';
import type { VmView } from '../../../local/azure/view.ts';
import type { RigCloud } from './rig.ts';

/** One request of ours to make, move or delete a TAP configuration. */
export interface Write {
  readonly method: 'PUT' | 'DELETE';
  /** The configuration's id, lower-cased, and that of its interface. */
  readonly configuration: string;
  readonly source: string;
  /** The machine, lower-cased, that has been running for some time; `null`: there is none, so nobody is interrupted. */
  readonly interrupts: string | null;
  /** A PUT of what was there, as it was sent. */
  readonly wasRight: boolean;
  /** `null`: there was no answer. */
  readonly status: number | null;
}

/** What our own writes do to running machines, looked at from the line between us and the cloud. */
export interface WatchedWrites {
  /** Sends a deployment's requests. */
  readonly httpClient: HttpClient;
  readonly writes: readonly Write[];
  /** The highest number of machines that were interrupted at a time. */
  most(): number;
  /** The highest number of machines of one group that were interrupted at a time. */
  mostOfOneGroup(): number;
  /** How often a machine was interrupted: writes that the cloud took while it ran. */
  of(machine: string): number;
  /** How often it was for the sake of one of its interfaces. */
  interruptionsOn(source: string): number;
}

/** Who was read as stopped, and started right then, is interrupted by a write that nobody could know to be one. */
const RUNNING_FOR_MS = 10_000;

const CONFIGURATION = /^(\/subscriptions\/.+\/networkinterfaces\/[^/]+)\/tapconfigurations\/[^/]+$/;

const isSteady = ({ powerState, provisioningState }: VmView): boolean =>
  powerState === 'running' && provisioningState === 'Succeeded';

const isAccepted = ({ status }: Write): boolean => status !== null && status < 300;

export function watchWrites(cloud: RigCloud, groupOf: (machine: string) => string | null = () => null): WatchedWrites {
  const writes: Write[] = [];
  const runningSince = new Map<string, number>();
  /** Machines that are being interrupted, by configuration: from the request to the end of its operation. */
  const going = new Map<string, { readonly machine: string; isSent: boolean }>();
  const most = { machines: 0, ofGroup: 0 };

  cloud.onChange(() => {
    const { vms, tapConfigurations } = cloud.state;
    const steady = new Set(vms.filter(isSteady).map(({ id }) => id.toLowerCase()));
    for (const id of runningSince.keys()) if (!steady.has(id)) runningSince.delete(id);
    for (const id of steady) if (!runningSince.has(id)) runningSince.set(id, cloud.clock.now());
    const changing = new Set(
      tapConfigurations
        .filter(({ provisioningState }) => /updating|creating|deleting/i.test(provisioningState))
        .map(({ id }) => id.toLowerCase()),
    );
    for (const [id, one] of going) if (!one.isSent && !changing.has(id)) going.delete(id);
  });

  function findInterrupted(source: string): string | null {
    const machine = cloud.state.nics.find(({ id }) => id.toLowerCase() === source)?.vm?.toLowerCase() ?? null;
    const sinceMs = machine === null ? undefined : runningSince.get(machine);
    return sinceMs !== undefined && cloud.clock.now() - sinceMs >= RUNNING_FOR_MS ? machine : null;
  }

  function isRight(configuration: string, body: string): boolean {
    const standing = cloud.state.tapConfigurations.find(({ id }) => id.toLowerCase() === configuration);
    if (standing?.provisioningState !== 'Succeeded' || !standing.isListed) return false;
    return body.toLowerCase().includes(`${standing.tap.toLowerCase()}\\"`);
  }

  function begin(configuration: string, machine: string | null): void {
    if (machine !== null) going.set(configuration, { machine, isSent: true });
    const machines = new Set([...going.values()].map((one) => one.machine));
    const groups = Map.groupBy(machines, (one) => groupOf(one) ?? one);
    most.machines = Math.max(most.machines, machines.size);
    most.ofGroup = Math.max(most.ofGroup, ...[...groups.values()].map(({ length }) => length));
  }

  function end(write: Write): void {
    writes.push(write);
    const one = going.get(write.configuration);
    if (one === undefined) return;
    const standing = cloud.state.tapConfigurations.find(({ id }) => id.toLowerCase() === write.configuration);
    const isChanging = standing !== undefined && !/succeeded|failed/i.test(standing.provisioningState);
    if (isAccepted(write) && isChanging) one.isSent = false;
    else going.delete(write.configuration);
  }

  return {
    writes,
    most: () => most.machines,
    mostOfOneGroup: () => most.ofGroup,
    of: (machine) => writes.filter((one) => isAccepted(one) && one.interrupts === machine.toLowerCase()).length,
    interruptionsOn: (source) =>
      writes.filter((one) => isAccepted(one) && one.interrupts !== null && one.source === source.toLowerCase()).length,
    httpClient: {
      async sendRequest(request) {
        const configuration = new URL(request.url).pathname.toLowerCase();
        const [, source] = CONFIGURATION.exec(configuration) ?? [];
        const { method } = request;
        if (source === undefined || (method !== 'PUT' && method !== 'DELETE'))
          return cloud.httpClient.sendRequest(request);
        const interrupts = findInterrupted(source);
        const wasRight = method === 'PUT' && isRight(configuration, JSON.stringify(request.body ?? ''));
        begin(configuration, interrupts);
        const about = { method, configuration, source, interrupts, wasRight };
        try {
          const response = await cloud.httpClient.sendRequest(request);
          end({ ...about, status: response.status });
          return response;
        } catch (thrown) {
          end({ ...about, status: null });
          throw thrown;
        }
      },
    },
  };
}
