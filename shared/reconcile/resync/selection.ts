import * as v from 'valibot';
import { parseMachineId, parseSourceId } from '../../ids.ts';
import type { Cloud, NonEmpty, Selection, Subject } from '../../words.ts';
import { distinctSubjects } from '../subjects.ts';

/** As many as one message and one read take. */
export const MOST_IDS = 1000;
/** The longest id that a cloud gives to something that is named here is far below this. */
const LONGEST_ID = 512;

type Named = 'machines' | 'interfaces';

interface IdForm {
  readonly pattern: RegExp;
  readonly example: string;
}

// Names of ARM resources: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
const armForm = (type: string): IdForm => ({
  pattern: new RegExp(`^/subscriptions/[0-9a-f-]{36}/resourcegroups/[^/]{1,90}/providers/${type}/[^/]{1,80}$`, 'i'),
  example: `/subscriptions/<id>/resourceGroups/<group>/providers/${type}/<name>`,
});

const FORMS: Readonly<Record<Cloud, Readonly<Record<Named, IdForm>>>> = {
  aws: {
    // 8 or 17 hexadecimal digits: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
    machines: { pattern: /^i-([0-9a-f]{8}|[0-9a-f]{17})$/, example: 'i-0123456789abcdef0' },
    interfaces: { pattern: /^eni-([0-9a-f]{8}|[0-9a-f]{17})$/, example: 'eni-0123456789abcdef0' },
  },
  azure: {
    machines: armForm('Microsoft.Compute/virtualMachines'),
    interfaces: armForm('Microsoft.Network/networkInterfaces'),
  },
};

const EVERYTHING: Selection = { kind: 'everything' };
const toMachine = (id: string): Subject => ({ kind: 'machine', id: parseMachineId(id) });
const toSource = (id: string): Subject => ({ kind: 'source', id: parseSourceId(id) });

/** `"everything"`, `{"machines": […]}` or `{"interfaces": […]}`, with ids as this cloud writes them. */
export function selectionSchema(cloud: Cloud): v.GenericSchema<unknown, Selection> {
  const everything = v.pipe(
    v.literal('everything', 'must be "everything", {"machines": [ids]} or {"interfaces": [ids]}'),
    v.transform(() => EVERYTHING),
  );
  const machines = v.pipe(
    v.strictObject({ machines: idsSchema(FORMS[cloud].machines) }, toKeyMessage),
    v.transform((scope) => toSelection(scope.machines, toMachine)),
  );
  const interfaces = v.pipe(
    v.strictObject({ interfaces: idsSchema(FORMS[cloud].interfaces) }, toKeyMessage),
    v.transform((scope) => toSelection(scope.interfaces, toSource)),
  );
  // Chosen by what is there, so that a wrong id is told as such and not as "none of three forms".
  return v.lazy((scope) => (has(scope, 'machines') ? machines : has(scope, 'interfaces') ? interfaces : everything));
}

const has = (value: unknown, key: Named): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key);

function idsSchema({ pattern, example }: IdForm) {
  const message = `must be an id, as ${example}`;
  const id = v.pipe(v.string(message), v.trim(), v.maxLength(LONGEST_ID, message), v.regex(pattern, message));
  return v.pipe(
    v.tupleWithRest([id], id, 'must be a list of ids'),
    v.maxLength(MOST_IDS, `must name at most ${MOST_IDS}; ask for "everything" instead`),
  );
}

function toSelection([first, ...others]: NonEmpty<string>, toSubject: (id: string) => Subject): Selection {
  return { kind: 'subjects', subjects: distinctSubjects([toSubject(first), ...others.map(toSubject)]) };
}

/** What to say of a key that is missing, or that is not known. */
export const toKeyMessage = ({
  input,
  expected,
}: {
  readonly input: unknown;
  readonly expected: string | null;
}): string => (expected === 'never' ? 'is not a known key' : input === undefined ? 'is missing' : 'must be an object');
