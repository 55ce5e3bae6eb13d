import {
  parseAttachmentId,
  parseDestinationName,
  parseFilterId,
  parseMachineId,
  parseRuleName,
  parseSourceId,
  parseTargetId,
} from '../../../shared/ids.ts';
import type { Plan } from '../../../shared/plan/change.ts';
import type { Digest, RulesVersion, Settings } from '../../../shared/words.ts';
import { toWorld } from '../../world.ts';

/** A tag value of somebody who would like to be more than a tag value. */
const HOSTILE = '\u001b[31m<img src=x onerror=alert(1)>|`*@everyone';

const settings = (target: string, number: number | null): Settings => ({
  target: parseTargetId(target),
  filter: number === null ? null : parseFilterId('tmf-all'),
  number,
  packetLength: null,
  virtualNetworkId: null,
});

const on = (source: string, machine: string | null) => ({
  source: parseSourceId(source),
  machine: machine === null ? null : parseMachineId(machine),
});

const wished = { destination: parseDestinationName('soc-aws'), rules: [parseRuleName('tagged')] };

/** The world that {@link AWS_PLAN} is about. */
export const AWS_WORLD = toWorld({
  machines: [
    { id: 'i-web1', name: 'web-1', tags: { mirror: 'soc' } },
    { id: 'i-web2', name: 'web-2' },
    { id: 'i-batch', tags: { mirror: HOSTILE } },
    { id: 'i-old', state: 'stopped' },
  ],
  sources: [
    { id: 'eni-web1', machine: 'i-web1' },
    { id: 'eni-web2', machine: 'i-web2' },
    { id: 'eni-batch', machine: 'i-batch' },
    { id: 'eni-old', machine: 'i-old' },
    { id: 'eni-loose', machine: null, state: 'detached' },
  ],
  attachments: [
    { id: 'tms-kept', source: 'eni-web1', target: 'tmt-soc', number: 100, owner: 'prod' },
    { id: 'tms-theirs', source: 'eni-web2', target: 'tmt-other', number: 50 },
    { id: 'tms-old', source: 'eni-old', target: 'tmt-soc', number: 100, owner: 'prod' },
  ],
});

/** One of everything that a plan can say. */
export const AWS_PLAN: Plan = {
  scope: AWS_WORLD.scope,
  selection: { kind: 'everything' },
  interruptions: [],
  rulesVersion: 'a1b2c3d4e5f60718293a4b5c6d7e8f90' as RulesVersion,
  changes: [
    { kind: 'attach', ...on('eni-web2', 'i-web2'), ...wished, to: settings('tmt-soc', 101) },
    {
      kind: 'modify',
      ...on('eni-web1', 'i-web1'),
      ...wished,
      attachment: parseAttachmentId('tms-kept'),
      from: settings('tmt-soc', 100),
      to: settings('tmt-soc', 200),
    },
    {
      kind: 'retarget',
      ...on('eni-web1', 'i-web1'),
      ...wished,
      attachment: parseAttachmentId('tms-kept'),
      from: settings('tmt-soc', 200),
      to: settings('tmt-new', 200),
    },
    {
      kind: 'detach',
      ...on('eni-old', 'i-old'),
      attachment: parseAttachmentId('tms-old'),
      from: settings('tmt-soc', 100),
      because: 'stopped',
    },
  ],
  holds: [
    {
      ...on('eni-batch', 'i-batch'),
      code: 'unknown-destination',
      destination: null,
      rules: [parseRuleName('tagged')],
      keeps: null,
      blockedBy: [],
      detail: `the tag mirror is "${HOSTILE}"`,
    },
  ],
  keeps: [{ ...on('eni-web1', 'i-web1'), ...wished, attachment: parseAttachmentId('tms-kept'), isOurs: true }],
  notes: [
    {
      ...on('eni-web2', 'i-web2'),
      code: 'number-moved',
      destination: parseDestinationName('soc-aws'),
      rules: [parseRuleName('tagged')],
      detail: '100 is taken by tms-theirs, 101 is used',
    },
  ],
  incomplete: [],
  guard: { disruptions: 2, trips: [], lifted: [], digest: 'd1gest' as Digest },
};

const NIC = '/subscriptions/5b/resourceGroups/Prod/providers/Microsoft.Network/networkInterfaces/web-nic';
const VM = '/subscriptions/5b/resourceGroups/Prod/providers/Microsoft.Compute/virtualMachines/web';
const VTAP = '/subscriptions/5b/resourceGroups/Sensors/providers/Microsoft.Network/virtualNetworkTaps/soc';

/** A plan of Azure that the guard has tripped on and that was not read wholly. */
export const AZURE_PLAN: Plan = {
  ...AWS_PLAN,
  scope: toWorld({ cloud: 'azure' }).scope,
  changes: [
    {
      kind: 'attach',
      ...on(NIC, VM),
      destination: parseDestinationName('soc-azure'),
      rules: [parseRuleName('tagged'), parseRuleName('pci')],
      to: settings(VTAP, null),
    },
  ],
  holds: [],
  keeps: [],
  notes: [],
  incomplete: ['targets: listing VTAPs: AuthorizationFailed; grant Microsoft.Network/virtualNetworkTaps/read'],
  guard: {
    disruptions: 7,
    trips: [{ name: 'limit', detail: '7 of 9 would go, the limit is 5' }],
    lifted: [],
    digest: 'd2' as Digest,
  },
};
