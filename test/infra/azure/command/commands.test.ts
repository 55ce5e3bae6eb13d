import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkAzure } from '../../../../infra/azure/command/checks.ts';
import { HOME_PROVIDERS } from '../../../../infra/azure/command/checks/providers.ts';
import { deployAzure } from '../../../../infra/azure/command/deployment.ts';
import { pauseAzure } from '../../../../infra/azure/command/pausing.ts';
import { removeAzure } from '../../../../infra/azure/command/removal.ts';
import { lastingSeconds } from '../../../../infra/azure/command/removal/pause.ts';
import { readTyped } from '../../../../infra/command/options.ts';
import { RULES } from '../../../cli/run.ts';
import { answered, ended, type Recorded, record, validated } from '../../command/recorded.ts';
import {
  compiled,
  error,
  HOME,
  KEPT,
  NO_TAPS,
  OUTPUTS,
  PARAMETERS,
  parametersFile,
  READY,
  rulesOf,
  TAP,
} from './commands.ts';

type Answers = Readonly<Record<string, Recorded>>;

async function check(answers: Answers, parametersPath = parametersFile()) {
  const recording = record({ ...READY, ...answers });
  const { means, lines } = recording;
  const { findings } = await checkAzure(means.run, { parametersPath, subscription: null }, means.say);
  return { levels: findings.map(({ level }) => level), text: lines.join('\n'), ran: recording.ran };
}

const CASED = 'abcdef12-2222-4222-8222-222222222222';
const OLD_TAP = `/subscriptions/${KEPT}/resourceGroups/net/providers/Microsoft.Network/virtualNetworkTaps/old`;
const ASSIGNMENT = 'providers/Microsoft.Authorization/roleAssignments/1';
const ROLE = `tapkeeper-prod source ${HOME}`;

describe('check:azure', () => {
  test('finds subscriptions that are ready ready, line by line, names nobody, and only reads', async () => {
    const { levels, text, ran } = await check({});

    expect(new Set(levels)).toEqual(new Set(['ok']));
    expect(text).not.toMatch(/alice/i);
    expect(text.replaceAll(/ok {4}Node .*|\S+tapkeeper\.(bicepparam|yaml)/g, '…')).toMatchInlineSnapshot(`
      "…
      ok    …: valid, owner prod
      ok    Azure CLI 2.80.0
      ok    signed in to the tenant 99999999-9999-4999-8999-999999999999; home is the subscription 11111111-1111-4111-8111-111111111111
      ok    Bicep 0.38.33
      ok    …: owner prod in eastus2, mode observe, keeps 11111111-1111-4111-8111-111111111111, 22222222-2222-4222-8222-222222222222
      ok    registered in 11111111-1111-4111-8111-111111111111: Microsoft.Compute, Microsoft.EventGrid, Microsoft.Insights, Microsoft.ManagedIdentity, Microsoft.Network, Microsoft.OperationalInsights, Microsoft.Storage, Microsoft.Web
      ok    registered in 22222222-2222-4222-8222-222222222222: Microsoft.Compute, Microsoft.EventGrid, Microsoft.Insights, Microsoft.Network
      ok    Flex Consumption is in eastus2
      ok    virtual network TAPs are in eastus2
      ok    11111111-1111-4111-8111-111111111111 has no system topic yet; one is made
      ok    22222222-2222-4222-8222-222222222222 has no system topic yet; one is made
      ok    no other deployment of the owner prod in 11111111-1111-4111-8111-111111111111
      ok    no other deployment of the owner prod in 22222222-2222-4222-8222-222222222222
      ok    what the rules mirror to may be joined

      15 ok, 0 to look at, 0 FAIL: nothing stops a deployment"
    `);
    expect(
      ran.every((line) =>
        /^az (bicep (version|build-params)|version|[a-z -]+ (list|show|exists|list-flexconsumption-locations)( |$))/.test(
          line,
        ),
      ),
    ).toBe(true);
  });

  test.each<[string, Answers, string, string]>([
    ['no Azure CLI', { 'az version': ended(127) }, 'FAIL  there is no Azure CLI', 'install it'],
    [
      'nobody being signed in',
      { 'az account show': "ERROR: Please run 'az login' to setup account." },
      "FAIL  signing in: ERROR: Please run 'az login' to setup account.",
      'to do: az login',
    ],
    [
      'a subscription that is disabled',
      { 'az account show': { id: HOME, tenantId: 't', state: 'Disabled' } },
      `FAIL  the subscription ${HOME} is Disabled`,
      '',
    ],
    ['no Bicep', { 'az bicep version': ended(1) }, 'FAIL  the Azure CLI has no Bicep', 'to do: az bicep install'],
    [
      'parameters that do not compile',
      {
        'az bicep build-params':
          'tapkeeper.bicepparam(3,7) : Error BCP259: The parameter "onwer" is assigned in the params file without being declared',
      },
      'Error BCP259',
      'to do: correct it',
    ],
    [
      'parameters without a location',
      { 'az bicep build-params': compiled({ owner: 'prod', subscriptions: [HOME] }) },
      'does not say location',
      'infra/azure/example.bicepparam',
    ],
    [
      'a provider that is not registered',
      {
        [`az provider list --subscription ${KEPT}`]: [
          { namespace: 'microsoft.compute', registrationState: 'Registered' },
          { namespace: 'Microsoft.Network', registrationState: 'Registered' },
          { namespace: 'Microsoft.Insights', registrationState: 'Registered' },
          { namespace: 'Microsoft.EventGrid', registrationState: 'NotRegistered' },
        ],
      },
      `FAIL  Microsoft.EventGrid is not registered in the subscription ${KEPT}`,
      `to do: az provider register --namespace Microsoft.EventGrid --subscription ${KEPT} --wait`,
    ],
    [
      'a provider of the alerts that is not registered where it keeps',
      {
        [`az provider list --subscription ${KEPT}`]: ['Compute', 'Network', 'EventGrid'].map((name) => ({
          namespace: `Microsoft.${name}`,
          registrationState: 'Registered',
        })),
      },
      `FAIL  Microsoft.Insights is not registered in the subscription ${KEPT}`,
      '--wait',
    ],
    [
      'a subscription that is there twice',
      { 'az bicep build-params': compiled({ ...PARAMETERS, subscriptions: [HOME, CASED.toUpperCase(), CASED] }) },
      `FAIL  the subscription ${CASED} is in \`subscriptions\` twice`,
      'write it once',
    ],
    [
      'a subscription that is dropped',
      {
        'az bicep build-params': compiled({ ...PARAMETERS, subscriptions: [HOME] }),
        'az deployment sub show': OUTPUTS,
        'az role definition list': [{ name: 'role-home' }],
        [`az role definition list --subscription ${KEPT}`]: [{ name: 'role-kept' }],
      },
      `FAIL  the subscription ${KEPT} is kept by what is deployed, and not in \`subscriptions\` any more; TAP configurations`,
      `TAPKEEPER_MODE=paused npm run -s tapkeeper -- drain --scope ${KEPT}`,
    ],
    [
      'a region without Flex Consumption',
      { 'az functionapp list-flexconsumption-locations': ['North Europe'] },
      'FAIL  Flex Consumption is not in eastus2',
      'choose another `location`: northeurope',
    ],
    [
      'a region without VTAPs',
      NO_TAPS,
      'FAIL  there are no virtual network TAPs in eastus2, and the parameters name none elsewhere',
      'regions with VTAPs: germanywestcentral, koreacentral',
    ],
    [
      'a VTAP that is not there',
      {
        'az bicep build-params': compiled({ ...PARAMETERS, taps: [TAP] }),
        'az resource show': error('ResourceNotFound', 'not found'),
      },
      `FAIL  the VTAP ${TAP} is not there`,
      'correct `taps`',
    ],
    [
      'a system topic that is there already',
      {
        [`az eventgrid system-topic list --subscription ${KEPT}`]: [
          { name: 'all', resourceGroup: 'Default-EventGrid', topicType: 'microsoft.resources.subscriptions' },
        ],
      },
      `FAIL  the subscription ${KEPT} has a system topic already, and can have one only`,
      `put { subscription: '${KEPT}', resourceGroup: 'Default-EventGrid', name: 'all' } into \`systemTopics\``,
    ],
    [
      'an owner that another deployment has',
      { [`az role definition list --subscription ${HOME}`]: [{ name: 'role-of-others', roleName: ROLE }] },
      `FAIL  the role '${ROLE}' exists and is not of the deployment tapkeeper-prod in ${HOME}: another deployment has the owner prod`,
      'another `owner`',
    ],
    [
      'an owner that another deployment has, where ours is deployed',
      {
        'az deployment sub show': OUTPUTS,
        [`az role definition list --subscription ${HOME}`]: [{ name: 'role-of-others' }],
        'az group exists': answered('true'),
      },
      `FAIL  the role '${ROLE}' exists and is not of`,
      '',
    ],
  ])('says of %s what to do', async (_what, answers, line, todo) => {
    const { text, levels } = await check(answers);

    expect(text).toContain(line);
    expect(text).toContain(todo);
    expect(levels.filter((level) => level !== 'ok')).toEqual(['FAIL']);
  });

  test.each<[string, Answers, string]>([
    [
      'its own roles',
      {
        'az deployment sub show': OUTPUTS,
        'az role definition list': [{ name: 'role-home' }],
        [`az role definition list --subscription ${KEPT}`]: [{ name: 'role-kept' }],
      },
      "the owner prod is this deployment's",
    ],
    [
      'what a deployment left that failed half-way',
      { 'az role definition list': [{ name: 'role-home' }], 'az group exists': answered('true') },
      "the owner prod is this deployment's",
    ],
    [
      'its own system topic',
      {
        'az eventgrid system-topic list': [
          {
            name: 'tapkeeper-prod',
            resourceGroup: 'Tapkeeper-prod-events',
            topicType: 'Microsoft.Resources.Subscriptions',
          },
        ],
      },
      `the system topic of ${KEPT}: tapkeeper-prod`,
    ],
    [
      'a system topic that the parameters name',
      {
        'az bicep build-params': compiled({
          ...PARAMETERS,
          subscriptions: [HOME],
          systemTopics: [{ subscription: HOME, resourceGroup: 'default', name: 'all' }],
        }),
        'az eventgrid system-topic list': [
          { name: 'all', resourceGroup: 'default', topicType: 'Microsoft.Resources.Subscriptions' },
        ],
      },
      `the system topic of ${HOME}: all`,
    ],
    [
      'VTAPs elsewhere that the parameters name',
      {
        'az provider show': ['Korea Central'],
        'az bicep build-params': compiled({ ...PARAMETERS, taps: [TAP] }),
        'az resource show': { location: 'koreacentral' },
      },
      'VTAPs in koreacentral; the app in eastus2',
    ],
  ])('takes %s', async (_what, answers, line) => {
    const { text, levels } = await check(answers);

    expect([...new Set(levels)]).toEqual(['ok']);
    expect(text).toContain(line);
  });

  test('takes a subscription that was cleared before it was dropped', async () => {
    const { levels, text } = await check({
      'az bicep build-params': compiled({ ...PARAMETERS, subscriptions: [HOME] }),
      'az deployment sub show': OUTPUTS,
      'az role definition list': [{ name: 'role-home' }],
      [`az role definition list --subscription ${KEPT}`]: [],
    });

    expect(levels).not.toContain('FAIL');
    expect(text).toContain('nothing that was deployed for it is left');
  });

  test.each<[string, Answers, string, string]>([
    [
      'a VTAP that was dropped',
      { 'az deployment sub show': { ...OUTPUTS, tapAssignmentIds: { value: [`${OLD_TAP}/${ASSIGNMENT}`] } } },
      `warn  the VTAP ${OLD_TAP} is not in \`taps\` any more, and may still be joined`,
      `az role assignment delete --ids ${OLD_TAP}/${ASSIGNMENT}`,
    ],
    [
      'a VTAP of the rules that may not be joined',
      {
        'az bicep build-params': compiled({ ...PARAMETERS, taps: [OLD_TAP] }),
        'az resource show': { location: 'eastus2' },
      },
      `warn  destination soc: the VTAP ${TAP.toLowerCase()} may not be joined`,
      'put it into `taps`',
    ],
    [
      'a VTAP of the rules that is not there',
      {
        'az bicep build-params': compiled({ ...PARAMETERS, taps: [], tapSubscriptions: [HOME] }),
        'az resource list': [],
        'az resource show': error('ResourceNotFound', 'not found'),
      },
      'could not be looked at: ERROR: (ResourceNotFound) not found',
      'create it, or correct the rules',
    ],
  ])('warns of %s', async (_what, answers, line, todo) => {
    const known = { 'az role definition list': [] };
    const { text, levels } = await check({ ...known, ...answers });

    expect(text).toContain(line);
    expect(text).toContain(todo);
    expect(levels.filter((level) => level !== 'ok')).toEqual(['warn']);
  });

  test('of a frontend wants its VTAP to be joined', async () => {
    const frontend = `/subscriptions/${HOME}/resourceGroups/net/providers/Microsoft.Network/loadBalancers/lb/frontendIPConfigurations/front`;
    const rules = rulesOf('prod').replace(`virtualNetworkTap: ${TAP}`, `loadBalancerFrontend: ${frontend}`);
    const none = { 'az bicep build-params': compiled({ ...PARAMETERS, taps: [] }) };

    expect((await check(none, parametersFile(rules))).text).toContain('destination soc: no VTAP may be joined');
  });

  test.each([
    [answered(validated({})), 'ok    https://rules.blob.core.windows.net/tapkeeper/tapkeeper.yaml: valid, owner prod'],
    [answered(validated({ owner: 'dev' })), 'are of the owner dev, and what is deployed is of prod'],
    [answered(validated({ formerOwners: ['legacy'] })), ': valid, owner prod'],
  ])('looks at the rules of a blob: %#', async (answer, line) => {
    const rules = 'https://rules.blob.core.windows.net/tapkeeper/tapkeeper.yaml';
    const { text, ran } = await check({
      'az bicep build-params': compiled({ ...PARAMETERS, rules }),
      'node cli/tapkeeper.ts validate': answer,
    });

    expect(text).toContain(line);
    expect(ran).toContain(`node cli/tapkeeper.ts validate ${rules} --json`);
  });

  test('says what it can without the Azure CLI: of the parameters, the rules, and what to install', async () => {
    const none = { 'az version': ended(127) };
    const parameters = parametersFile(rulesOf('prod').replace('when:', 'wenn:'));
    const { text, levels, ran } = await check(none, `${parameters}.other`);

    expect(text).toContain(`FAIL  there is no parameters file ${parameters}.other`);
    expect(text).toContain('as in: npm run check:azure -- FILE');
    expect(text).toMatch(/FAIL {2}\S+tapkeeper\.yaml is not valid/);
    expect(text).toMatch(/there is no Azure CLI\n.*install it \(\S+\), and its Bicep: az bicep install/);
    expect([levels.filter((level) => level === 'FAIL').length, ran]).toEqual([3, ['az version']]);

    const compiledNothing = await check({}, `${parameters}.other`);
    expect(compiledNothing.ran.filter((line) => line.includes('build-params'))).toEqual([]);
  });

  test.each([
    ["using 'main.bicep'", 1],
    ["using 'main.bicep'\nparam rules = ''\n", 1],
    ["using 'main.bicep'\nparam rules = 'https://rules.blob.core.windows.net/tapkeeper/tapkeeper.yaml'\n", 0],
    ["using none\nextends 'base.bicepparam'\n", 0],
  ])('looks for rules beside the parameters only where they may be meant: %j', async (text, count) => {
    const parameters = parametersFile();
    writeFileSync(parameters, text);
    rmSync(join(dirname(parameters), 'tapkeeper.yaml'));

    const said = await check({ 'az version': ended(127) }, parameters);
    expect(said.text.split('there are no rules').length - 1).toBe(count);
  });

  test('looks at rules beside the parameters that only the compiler found to be meant', async () => {
    const parameters = parametersFile();
    writeFileSync(parameters, "using none\nextends 'base.bicepparam'\n");

    expect((await check({}, parameters)).text).toMatch(/tapkeeper\.yaml: valid, owner prod/);
  });

  test('warns where nobody would be told of alerts, and where nothing can be mirrored', async () => {
    const { text, levels } = await check(
      { 'az bicep build-params': compiled({ ...PARAMETERS, alertEmail: '' }) },
      parametersFile(RULES),
    );

    expect(levels.filter((level) => level !== 'ok')).toEqual(['warn', 'warn']);
    expect(text).toContain('warn  the rules have no destination on Azure, so nothing can be mirrored');
    expect(text).toMatch(/warn {2}alerts tell nobody\n.*`param alertEmail`/);
  });

  test.each([
    ['that are not valid', rulesOf('prod').replace('when:', 'wenn:'), 'is not valid'],
    ['of another owner', rulesOf('dev'), 'the rules are of the owner dev, the parameters name prod'],
  ])('refuses rules %s', async (_what, rules, said) => {
    const { text, levels } = await check({}, parametersFile(rules));

    expect(levels).toContain('FAIL');
    expect(text).toContain(said);
  });

  test('what may not be asked stops nothing, and names nobody', async () => {
    const denied = error(
      'AuthorizationFailed',
      "The client 'alice@example.com' with object id 'x' does not have authorization",
    );
    const asks = [
      'provider list',
      'provider show',
      'functionapp list-flexconsumption-locations',
      'eventgrid system-topic list',
      'deployment sub show',
    ];
    const { text, levels } = await check(Object.fromEntries(asks.map((ask) => [`az ${ask}`, denied])));

    expect(levels).not.toContain('FAIL');
    expect(levels.filter((level) => level === 'warn').length).toBeGreaterThanOrEqual(5);
    expect(text).not.toContain('alice');
  });

  test('asks for the providers of all that the home is given', () => {
    const folder = join(import.meta.dirname, '../../../../infra/azure');
    const modules = ['app', 'storage', 'events', 'topic', 'identity', 'watch', 'alerts', 'undelivered'];
    const text = modules.map((name) => readFileSync(join(folder, `${name}.bicep`), 'utf8')).join('\n');
    const used = [...text.matchAll(/'(Microsoft\.\w+)\//g)].flatMap(([, name]) => name ?? []);
    const everywhere = ['Microsoft.Authorization', 'Microsoft.Resources'];
    const kept = ['Microsoft.Compute', 'Microsoft.Network'];
    const wanted = new Set(used.filter((name) => ![...everywhere, ...kept].includes(name)));
    expect([...wanted].sort()).toEqual(HOME_PROVIDERS);
  });
});

describe('deploy:azure', () => {
  async function deploy(answers: Answers = {}, parameters = parametersFile()) {
    let isDeployed = false;
    const table: Answers = {
      ...READY,
      'az deployment sub create': () => ((isDeployed = true), ended(0)),
      'az deployment sub show': () =>
        isDeployed
          ? answered(JSON.stringify(OUTPUTS))
          : { code: 3, stdout: '', stderr: error('DeploymentNotFound', '') },
      ...answers,
    };
    const recording = record(table);
    const code = await deployAzure(readTyped([parameters], []), recording.means).catch(
      (thrown: Error) => thrown.message,
    );
    const shown = recording.calls
      .filter(({ output }) => output === 'shown')
      .map(({ command, args }) =>
        [command, ...args]
          .join(' ')
          .replaceAll(parameters, 'PARAMETERS')
          .replaceAll(/\S*\/tapkeeper-\S*\/tapkeeper\.yaml/g, 'RULES')
          .replaceAll(join(import.meta.dirname, '../../../..'), '.'),
      );
    return { code, shown, text: recording.lines.join('\n'), pauses: recording.pauses };
  }

  test('publishes again while the roles are not known everywhere, and says so', async () => {
    let refusals = 2;
    const { code, shown, text, pauses } = await deploy({
      'az functionapp deployment': () => ended(refusals-- > 0 ? 1 : 0),
    });

    expect([code, shown.length, pauses]).toEqual([0, 5, [60, 60]]);
    expect(text).toContain('roles are new they may not be known everywhere yet. Again in 60 s (1 of 3)');
  });

  test('packs with the rules, deploys the resources, publishes the code, and says what comes next', async () => {
    const { code, shown, text } = await deploy();

    expect(code).toBe(0);
    expect(shown).toEqual([
      'npm run --silent package -- --rules RULES',
      `az deployment sub create --subscription ${HOME} --name tapkeeper-prod --location eastus2 --template-file ./infra/azure/main.bicep --parameters PARAMETERS --output none`,
      `az functionapp deployment source config-zip --subscription ${HOME} --resource-group tapkeeper-prod --name tapkeeper-prod-abc --src ./dist/packages/tapkeeper-functions.zip --output none`,
    ]);
    expect(text).toMatch(`--scope ${HOME} --scope ${KEPT}`);
    expect(text).toMatch(/npm run -s tapkeeper -- plan --rules \S+tapkeeper\.yaml --scope/);
    expect(text).toContain("set `param mode = 'enforce'`");
  });

  test('packs no rules where a blob has them', async () => {
    const rules = 'https://rules.blob.core.windows.net/tapkeeper/tapkeeper.yaml';
    const { shown, text } = await deploy({
      'az bicep build-params': compiled({ ...PARAMETERS, rules }),
      'node cli/tapkeeper.ts validate': answered(validated()),
    });

    expect(shown[0]).toBe('npm run --silent package');
    expect(text).toContain('Storage Blob Data Reader');
  });

  test.each<[string, Answers, number, number | string]>([
    ['the check fails', NO_TAPS, 0, 1],
    ['packing fails', { 'npm run': ended(1) }, 1, 'packing: npm ended with exit code 1; see above, and run this again'],
    [
      'deploying fails',
      { 'az deployment sub create': ended(1) },
      2,
      'deploying tapkeeper-prod: az ended with exit code 1; see above, and run this again',
    ],
    [
      'publishing fails',
      { 'az functionapp deployment': ended(1) },
      6,
      'publishing the code: az ended with exit code 1; see above, and run this again',
    ],
  ])('stops where %s', async (_where, answers, count, ending) => {
    const { code, shown } = await deploy(answers);

    expect([code, shown.length]).toEqual([ending, count]);
  });
});

describe('pause:azure', () => {
  async function pause(answers: Answers) {
    const recording = record({ ...READY, 'az functionapp config': ended(0), ...answers });
    const typed = readTyped([parametersFile(), '--subscription', HOME], ['subscription']);
    const code = await pauseAzure(typed, recording.means).catch((thrown: Error) => thrown.message);
    const wrote = recording.ran.filter((line) => / (set|delete|create|drain) /.test(line));
    return {
      code,
      wrote,
      waited: recording.pauses.reduce((sum, one) => sum + one, 0),
      text: recording.lines.join('\n'),
    };
  }

  test('sets the mode of the app that is deployed, deploys nothing, and waits', async () => {
    const { code, wrote, waited, text } = await pause({ 'az deployment sub show': OUTPUTS });

    expect([code, waited]).toEqual([0, lastingSeconds()]);
    expect(wrote).toEqual([
      `az functionapp config appsettings set --subscription ${HOME} --resource-group tapkeeper-prod --name tapkeeper-prod-abc --settings TAPKEEPER_MODE=paused --output none`,
    ]);
    expect(text).toMatch(/Paused until the next deployment.*$/);
  });

  test('says where there is nothing to pause', async () => {
    const none = await pause({ 'az functionapp list': [] });
    expect(none.code).toContain(`there is no deployment tapkeeper-prod in ${HOME}`);

    const app = { 'az deployment sub show': OUTPUTS, 'az functionapp config': error('ResourceNotFound', 'no app') };
    const gone = await pause(app);
    expect([gone.code, gone.waited]).toEqual([0, 0]);
    expect(gone.text).toMatch(/is gone already$/);
  });
});

describe('remove:azure', () => {
  const LIFTED = ['--lift', 'all', '--lift', 'limit'];

  async function remove(answers: Answers = {}, parameters = parametersFile()) {
    const gone = {
      'az functionapp config': ended(0),
      'az resource delete': ended(0),
      'az role assignment delete': ended(0),
      'az role definition delete': ended(0),
      'az group delete': ended(0),
      'az deployment sub delete': ended(0),
    };
    const recording = record({ ...READY, 'az deployment sub show': OUTPUTS, ...gone, ...answers });
    const typed = readTyped([parameters, ...LIFTED], ['lift']);
    const code = await removeAzure(typed, recording.means).catch((thrown: Error) => thrown.message);
    const wrote = recording.ran
      .filter((line) => / (set|delete|drain) /.test(line))
      .map((line) => line.replaceAll(/\S*\/tapkeeper-\S*\/tapkeeper\.yaml/g, 'RULES'));
    return { code, wrote, pauses: recording.pauses, text: recording.lines.join('\n'), calls: recording.calls };
  }

  const DRAIN = `node cli/tapkeeper.ts drain --rules RULES --owner prod --scope ${HOME} --scope ${KEPT} --lift all --lift limit`;

  test('pauses, waits, drains, and deletes what the outputs name, in the order of the README', async () => {
    const { code, wrote, pauses, calls } = await remove();
    const id = (kind: string, n: number) => `/subscriptions/${HOME}/providers/${kind}/${n}`;

    expect(code).toBe(0);
    expect(wrote).toEqual([
      `az functionapp config appsettings set --subscription ${HOME} --resource-group tapkeeper-prod --name tapkeeper-prod-abc --settings TAPKEEPER_MODE=paused --output none`,
      DRAIN,
      `az resource delete --ids ${id('Microsoft.EventGrid', 1)}`,
      `az resource delete --ids ${id('Microsoft.EventGrid', 2)}`,
      `az role assignment delete --ids ${TAP}/providers/Microsoft.Authorization/roleAssignments/3`,
      `az role assignment delete --ids ${id('assignment', 1)}`,
      `az role assignment delete --ids ${id('assignment', 2)}`,
      `az role definition delete --name role-home --scope /subscriptions/${HOME}`,
      `az role definition delete --name role-kept --scope /subscriptions/${KEPT}`,
      `az role definition delete --name role-tap --scope /subscriptions/${HOME}`,
      `az group delete --yes --subscription ${HOME} --name tapkeeper-prod-events`,
      `az group delete --yes --subscription ${KEPT} --name tapkeeper-prod-events`,
      `az group delete --yes --subscription ${HOME} --name tapkeeper-prod`,
      `az deployment sub delete --subscription ${HOME} --name tapkeeper-prod`,
    ]);
    // As long as host.json lets an invocation take, and a minute in which instances may still begin by the old settings.
    expect([pauses.reduce((sum, one) => sum + one, 0), lastingSeconds()]).toEqual([360, 360]);
    expect(calls.find(({ args }) => args.includes('drain'))?.env).toEqual({
      TAPKEEPER_MODE: 'paused',
      TAPKEEPER_AGAIN: expect.stringMatching(/^npm run remove:azure -- \S+tapkeeper\.bicepparam$/) as string,
    });
  });

  test('drains what is kept by now and what was when it was deployed', async () => {
    const later = '33333333-3333-4333-8333-333333333333';
    const { wrote } = await remove({
      'az bicep build-params': compiled({ ...PARAMETERS, subscriptions: [HOME, later] }),
    });

    expect(wrote[1]).toContain(`--scope ${HOME} --scope ${KEPT} --scope ${later} --lift`);
  });

  test('deletes nothing where something is left', async () => {
    const { code, wrote } = await remove({ 'node cli/tapkeeper.ts': ended(2) });

    expect(code).toContain('something is left');
    expect(wrote).toHaveLength(2);
  });

  test('passes over what is gone already, and waits for no app that is', async () => {
    const { code, text, pauses, wrote } = await remove({
      'az functionapp config': error('ResourceGroupNotFound', 'no group'),
      'az resource delete': error('ResourceNotFound', 'no'),
      'az role definition delete': error('RoleDefinitionDoesNotExist', 'no'),
      'az group delete': error('ResourceGroupNotFound', 'no'),
    });

    expect([code, pauses, wrote.length]).toEqual([0, [], 14]);
    expect(wrote).toContain(DRAIN);
    expect(text.match(/it is gone already/g)).toHaveLength(8);
  });

  test('stops at what does not go, and says what is so then', async () => {
    const { code, wrote } = await remove({
      'az role definition delete': error('RoleDefinitionHasAssignments', 'There are existing role assignments'),
    });

    expect(code).toContain('deleting the role role-home');
    expect(code).toContain('There are existing role assignments. Nothing is attached any more and the app is paused');
    expect(wrote.at(-1)).toContain('az role definition delete --name role-home');
  });

  test('drains nothing that could not be paused', async () => {
    const { code, wrote } = await remove({
      'az functionapp config': error('AuthorizationFailed', "The client 'alice' has no authorization"),
    });

    expect(code).toContain('pausing tapkeeper-prod-abc: ERROR: (AuthorizationFailed)');
    expect(code).not.toContain('alice');
    expect(wrote).toHaveLength(1);
  });

  test('says where there is no deployment of the owner', async () => {
    const { code, wrote } = await remove({
      'az deployment sub show': READY['az deployment sub show'] ?? '',
      'az functionapp list': error('ResourceGroupNotFound', 'no group'),
    });

    expect(code).toContain(`there is no deployment tapkeeper-prod in ${HOME}; name its home with --subscription`);
    expect(wrote).toEqual([]);
  });

  test.each([
    ['failed', answered('null')],
    ['was forgotten', error('DeploymentNotFound', 'no')],
  ])('pauses and drains what runs though its last deployment %s, and says what is left to do', async (_how, last) => {
    const { code, wrote } = await remove({
      'az deployment sub show': last,
      'az functionapp list': ['another', 'tapkeeper-prod-abc'],
    });

    expect(code).toContain(
      'nothing is attached any more and the app is paused, but the last deployment of tapkeeper-prod',
    );
    expect(wrote).toEqual([
      expect.stringContaining('--name tapkeeper-prod-abc --settings TAPKEEPER_MODE=paused'),
      DRAIN,
    ]);
  });

  test('drains by the rules of their blob', async () => {
    const rules = 'https://rules.blob.core.windows.net/tapkeeper/tapkeeper.yaml';
    const { wrote } = await remove({ 'az bicep build-params': compiled({ ...PARAMETERS, rules }) });

    expect(wrote[1]).toContain(`drain --rules ${rules} --owner prod`);
  });
});
