import { isFatal } from '../../command/finding.ts';
import type { Typed } from '../../command/options.ts';
import { type Means, mustRun, pathFrom } from '../../command/script.ts';
import { checkAws } from './checks.ts';
import { BUILD, cdk } from './cdk.ts';
import { namesOf } from '../names.ts';
import type { Settings } from '../settings.ts';
import { toText } from '../settings/rules-place.ts';

/** Deploys what the settings say, when nothing that was checked speaks against it. Returns the exit code. */
export async function deployAws(typed: Typed, means: Means): Promise<number> {
  const { run, say } = means;
  const path = pathFrom(typed.file ?? 'tapkeeper.aws.yaml');
  const { findings, settings } = await checkAws(run, path, say);
  if (settings === null || findings.some(isFatal)) return 1;
  const names = namesOf(settings.owner);
  const approval = typed.isYes ? ['--require-approval', 'never'] : [];
  say('\nBuilding');
  await mustRun(means, 'building', BUILD);
  if (settings.destination !== null) {
    say(`\nDeploying ${names.destinationStack}: what traffic is mirrored to`);
    const call = cdk('deploy', names.destinationStack, path, ...approval);
    await mustRun(means, `deploying ${names.destinationStack}`, call);
  }
  say(`\nDeploying ${names.stack}, mode ${settings.mode}`);
  await mustRun(means, `deploying ${names.stack}`, cdk('deploy', names.stack, path, ...approval));
  for (const line of nextSteps(settings)) say(line);
  return 0;
}

function nextSteps(settings: Settings): readonly string[] {
  const { destination, mode, rules, scopes } = settings;
  const named = scopes.map(({ account, region }) => `--scope ${account}:${region}`).join(' ');
  return [
    '\nNext:',
    ...(destination === null
      ? []
      : [
          '- Where the rules do not have them yet: put the lines of the destination stack (its outputs above) there, and deploy again.',
        ]),
    ...toMembers(settings),
    `- See what it would do:  npm run -s tapkeeper -- plan --rules ${toText(rules)} ${named}`,
    mode === 'enforce'
      ? '- It enforces: tag a machine and see it attached within a minute.'
      : `- It is in mode ${mode}. When the plan is right, set \`mode: enforce\` in the settings and deploy again.`,
  ];
}

/** The same template for every account and region that is kept beside the own one. */
function toMembers({ owner, account, region, scopes }: Settings): readonly string[] {
  const { memberStack } = namesOf(owner);
  const template = `dist/infra/aws/${memberStack}.template.json`;
  const elsewhere = scopes.filter((scope) => scope.account !== account);
  const regions = [...new Set(elsewhere.map((scope) => scope.region))].sort().join(' ');
  const ownRegions = scopes.filter((scope) => scope.account === account && scope.region !== region);
  return [
    ...(elsewhere.length === 0
      ? []
      : [
          `- Roll out ${memberStack} to the accounts that are kept, from the organization's management account:`,
          `    aws cloudformation create-stack-set --stack-set-name ${memberStack} --template-body file://${template} \\`,
          '      --capabilities CAPABILITY_NAMED_IAM --permission-model SERVICE_MANAGED --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false',
          `    aws cloudformation create-stack-instances --stack-set-name ${memberStack} --regions ${regions} --deployment-targets OrganizationalUnitIds=OU`,
        ]),
    ...ownRegions.map(
      (scope) =>
        `- Forward the events of ${scope.region}:  aws cloudformation deploy --stack-name ${memberStack} --template-file ${template} --capabilities CAPABILITY_NAMED_IAM --region ${scope.region}`,
    ),
  ];
}
