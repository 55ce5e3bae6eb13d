import type { BicepFiles } from './files.ts';
import {
  checkOutputs as checkModuleOutputs,
  checkParams,
  checkPaths,
  checkReached,
  checkScopes,
} from './checks/modules.ts';
import { checkDeclared, checkDescribed, checkStyle, checkUsed } from './checks/names.ts';
import { checkParameterFiles } from './checks/parameter-files.ts';
import { checkResources, checkResourceTypes, type KnownType } from './checks/resources.ts';
import { checkAddresses, checkKeys, checkOutputs } from './checks/secrets.ts';
import { checkSyntax } from './checks/syntax.ts';
import { checkDiscriminated, checkFunctions, checkTypes } from './checks/values.ts';

/** Finds what is wrong in Bicep files: a sentence for each, with its place. */
export type Check = (files: BicepFiles) => readonly string[];

export interface Surroundings {
  /** The README, which may name files as entry points. */
  readonly readme: string;
  readonly resourceTypes: readonly KnownType[];
}

/** What is checked, by what holds. There is no compiler here: this is what can be told from the files themselves. */
export const checksOf = ({ readme, resourceTypes }: Surroundings): Readonly<Record<string, Check>> => ({
  'can be read': checkSyntax,
  'declares every name that it uses, once': checkDeclared,
  'uses every name that it declares': checkUsed,
  'names everything in one style': checkStyle,
  'describes every parameter and output': checkDescribed,
  'gives values of the right types': checkTypes,
  'tells kinds of objects apart by a literal': checkDiscriminated,
  'calls functions that Bicep has': checkFunctions,
  'names modules that are there': checkPaths,
  'is deployed by something': checkReached(readme),
  'gives modules what they take': checkParams,
  'asks modules for outputs that they have': checkModuleOutputs,
  'deploys modules to the scopes that they are for': checkScopes,
  'uses known resource types in known versions': checkResourceTypes(resourceTypes),
  'names every resource and its parent': checkResources,
  'reads no keys': checkKeys,
  'tells no secret in its outputs': checkOutputs,
  'writes no address out that differs from cloud to cloud': checkAddresses,
  'gives templates their parameters': checkParameterFiles,
});
