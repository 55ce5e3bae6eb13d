import type { Expression, Property } from './expression.ts';
import type { Type } from './type.ts';

/** Where a template is deployed. */
export type TargetScope = 'resourceGroup' | 'subscription' | 'managementGroup' | 'tenant';

/** `@name(given)` above a declaration. */
export interface Decorator {
  readonly name: string;
  readonly given: readonly Expression[];
}

/** What every declaration has. */
export interface Declared {
  readonly name: string;
  readonly line: number;
  readonly decorators: readonly Decorator[];
}

export interface Parameter extends Declared {
  readonly type: Type;
  readonly value: Expression | null;
  /** What `@description` says. */
  readonly description: string | null;
  readonly allowed: readonly Expression[] | null;
  readonly need: 'required' | 'optional';
  readonly secrecy: 'secret' | 'open';
}

export interface Variable extends Declared {
  readonly value: Expression;
}

export interface NamedType extends Declared {
  readonly type: Type;
}

/** A function that a template defines. */
export interface OwnFunction extends Declared {
  readonly body: Expression;
  readonly parameters: readonly string[];
}

export interface Resource extends Declared {
  /** With those of its parents: `Microsoft.Storage/storageAccounts/queueServices`. */
  readonly type: string;
  readonly version: string;
  readonly existence: 'existing' | 'created';
  /** What is declared: an object, maybe in a condition, maybe in a loop. */
  readonly declared: Expression;
  readonly resourceName: Expression | null;
  readonly scope: Expression | null;
  /** The `parent` that it names. */
  readonly parent: Expression | null;
  /** The resource that it is declared in. */
  readonly within: string | null;
}

export interface Module extends Declared {
  /** As it is written, relative to the file. */
  readonly path: string;
  readonly declared: Expression;
  readonly scope: Expression | null;
  readonly params: readonly Property[];
}

export interface Output extends Declared {
  readonly type: Type;
  readonly value: Expression;
}

export interface Import {
  readonly names: readonly string[];
  readonly path: string;
  readonly line: number;
}

/** A Bicep file. */
export interface Template {
  readonly file: string;
  readonly text: string;
  readonly scope: TargetScope;
  readonly parameters: readonly Parameter[];
  readonly variables: readonly Variable[];
  readonly types: readonly NamedType[];
  readonly functions: readonly OwnFunction[];
  readonly resources: readonly Resource[];
  readonly modules: readonly Module[];
  readonly outputs: readonly Output[];
  readonly imports: readonly Import[];
  readonly syntaxErrors: readonly { readonly line: number; readonly text: string }[];
}
