import * as v from 'valibot';
import { fail, type Finding, ok } from '../../../command/finding.ts';
import { type Sight, unknown } from './aws-cli.ts';

const Parameter = v.object({ Parameter: v.object({ Value: v.string() }) });

/** The parameter in which a bootstrapped region says its version, with the CDK's usual qualifier. */
const VERSION = '/cdk-bootstrap/hnb659fds/version';
/** The oldest that the CDK's default synthesizer takes (https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html). */
const LEAST = 6;

/** Whether the CDK may deploy there: it needs a bucket and roles, which are made once. */
export async function checkBootstrap({ aws, settings: { account, region } }: Sight): Promise<Finding> {
  const remedy = `npx cdk bootstrap aws://${account}/${region}`;
  const asked = await aws(Parameter, ['ssm', 'get-parameter', '--name', VERSION]);
  if (asked.kind === 'refused') {
    return asked.code === 'ParameterNotFound'
      ? fail(`${region} of ${account} is not bootstrapped for the CDK`, remedy)
      : unknown('CDK bootstrap', asked.said);
  }
  const version = asked.value.Parameter.Value;
  return Number(version) >= LEAST
    ? ok(`bootstrapped for the CDK, version ${version}`)
    : fail(`the CDK bootstrap has version ${version}, and ${LEAST} is needed`, remedy);
}
