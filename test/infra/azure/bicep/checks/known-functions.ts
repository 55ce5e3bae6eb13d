/**
 * The functions that Bicep has, as far as templates of this repository may call them.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions
 * `list…` functions are left out: they read keys.
 */
export const FUNCTIONS: ReadonlySet<string> = new Set(
  [
    'any nameof',
    // arrays
    'array concat contains empty first flatten indexFromEnd indexOf intersection last lastIndexOf length max min range skip take',
    'tryGet union',
    // addresses
    'parseCidr cidrSubnet cidrHost',
    // dates
    'dateTimeAdd dateTimeFromEpoch dateTimeToEpoch utcNow',
    // the deployment
    'deployer deployment environment',
    // files
    'loadDirectoryFileInfo loadFileAsBase64 loadJsonContent loadTextContent loadYamlContent',
    // lambdas
    'filter groupBy map mapValues reduce sort toObject',
    // logic and flow
    'bool fail',
    // numbers
    'int',
    // objects
    'items json objectKeys shallowMerge',
    // parameter files
    'readEnvironmentVariable getSecret externalInput',
    // resources
    'extensionResourceId managementGroupResourceId pickZones providers reference resourceId roleDefinitions',
    'subscriptionResourceId tenantResourceId',
    // scopes
    'managementGroup resourceGroup subscription tenant',
    // texts
    'base64 base64ToJson base64ToString buildUri dataUri dataUriToString endsWith format guid join newGuid padLeft parseUri',
    'replace split startsWith string substring toLower toUpper trim uniqueString uri uriComponent uriComponentToString',
  ].flatMap((line) => line.split(' ')),
);

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions#decorators */
export const DECORATORS: ReadonlySet<string> = new Set(
  'allowed batchSize description discriminator export maxLength maxValue metadata minLength minValue onlyIfNotExists sealed secure'.split(
    ' ',
  ),
);
