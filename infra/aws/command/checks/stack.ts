import { toFault } from '../../../../shared/fault.ts';
import { fail, type Finding, ok, warn } from '../../../command/finding.ts';
import { namesOf } from '../../names.ts';
import { findStack, type Stack } from '../stack.ts';
import { type Sight, unknown } from './aws-cli.ts';

/** Whether the stack can be deployed as it is now. */
export async function checkStack(sight: Sight): Promise<Finding> {
  const { stack: name } = sight.names;
  try {
    return judge(sight, name, await findStack(sight, name));
  } catch (thrown) {
    return unknown(`the stack ${name}`, toFault(thrown, 'looking for the stack').message);
  }
}

function judge({ settings: { region } }: Sight, name: string, stack: Stack | null): Finding {
  const of = `--stack-name ${name} --region ${region}`;
  switch (stack?.state) {
    case undefined:
    case 'empty':
      return ok(`${name} is not deployed in ${region} yet`);
    case 'deployed':
      return ok(`${name} is deployed in ${region} (${stack?.status}); deploying updates it`);
    case 'changing':
      return fail(`the stack ${name} is changing (${stack?.status})`, 'wait until CloudFormation is done with it');
    case 'unmade':
      return fail(
        `the stack ${name} was never created wholly (${stack?.status})`,
        `aws cloudformation delete-stack ${of}`,
      );
    case 'stuck':
      return fail(
        `the stack ${name} could not be rolled back (${stack?.status})`,
        `aws cloudformation continue-update-rollback ${of}`,
      );
    case 'half-gone':
      return fail(
        `the stack ${name} was not deleted wholly (${stack?.status})`,
        `npm run remove:aws, or aws cloudformation delete-stack ${of}`,
      );
  }
}

/** Whether a former owner's deployment is gone: it would go on changing what this one takes for its own. */
export async function checkFormerOwners(sight: Sight): Promise<readonly Finding[]> {
  const found = await Promise.all(sight.settings.formerOwners.map((owner) => checkFormer(sight, namesOf(owner).stack)));
  return found.flat();
}

async function checkFormer(sight: Sight, name: string): Promise<readonly Finding[]> {
  try {
    if ((await findStack(sight, name)) === null) return [];
  } catch (thrown) {
    return [unknown(`the stack ${name}`, toFault(thrown, 'looking for the stack').message)];
  }
  return [
    warn(
      `${name}, of a former owner, is still deployed: both would change the same sessions`,
      `pause it, and delete its stack once this one enforces: aws cloudformation delete-stack --stack-name ${name} --region ${sight.settings.region}`,
    ),
  ];
}
