import { AZURE, readBicepFiles } from '../bicep/files.ts';
import { deploy, toParams, type Deployment, type Write } from '../bicep/deploy.ts';

const FOLDER = `${AZURE}/destination`;

/** The subscriptions of the example: the sensors', and the sources'. */
export const SENSORS = '00000000-0000-0000-0000-000000000000';
export const SOURCES = '11111111-1111-1111-1111-111111111111';

const files = await readBicepFiles();

const example = files.parameterFiles.get(`${FOLDER}/example.bicepparam`);
if (example === undefined) throw new Error(`There is no example in ${FOLDER}.`);

/** What the example of the destination gives its template. */
const EXAMPLE: Readonly<Record<string, unknown>> = toParams(example);

/** What is deployed with the example's parameters, but for these. */
export const deployWith = (params: Readonly<Record<string, unknown>> = {}): Deployment =>
  deploy({
    files,
    file: `${FOLDER}/main.bicep`,
    place: { subscription: SENSORS, group: 'security', location: 'eastus' },
    params: { ...EXAMPLE, ...params },
    inOrder: 'reversed',
  });

export const writesOf = ({ writes }: Deployment, type: string): readonly Write[] =>
  writes.filter((write) => write.type === `Microsoft.Network/${type}`);

/** The only write of a type. */
export function getWrite(deployment: Deployment, type: string): Write {
  const [write, ...others] = writesOf(deployment, type);
  if (write === undefined || others.length > 0) throw new Error(`${others.length} more of ${type}, or none.`);
  return write;
}
