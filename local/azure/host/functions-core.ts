import Module from 'node:module';

/**
 * The worker's side of the Functions programming model, in process.
 *
 * `@azure/functions` is written against a module named `@azure/functions-core`, which is on no registry: the Node worker puts
 * it in place by intercepting `require` (https://github.com/Azure/azure-functions-nodejs-worker, src/setupCoreModule.ts).
 * The same is done here, so that the real library registers the real triggers, converts what they are given and what they
 * return. The shapes are those of the worker's protocol (https://github.com/Azure/azure-functions-language-worker-protobuf).
 */

/** A value on its way between the host and a function. */
export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly http?: HttpData;
}

export interface HttpData {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: TypedData;
  readonly statusCode?: string;
}

export interface Binding {
  readonly type: string;
  readonly direction: 'in' | 'out';
  readonly queueName?: string;
  readonly schedule?: string;
  readonly route?: string;
  readonly methods?: readonly string[];
}

/** What a function says of itself when it is registered. */
export interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly handler: (...inputs: unknown[]) => unknown;
}

export interface InvocationResponse {
  readonly outputData: readonly { readonly name: string; readonly data: TypedData }[];
  readonly returnValue?: TypedData | null;
}

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: RegisteredFunction['handler']): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

/** What `@azure/functions` gives to the worker. */
export interface ProgrammingModel {
  getInvocationModel(context: object): InvocationModel;
}

interface Registry {
  readonly functions: Map<string, RegisteredFunction>;
  readonly hooks: { readonly name: string; readonly run: (context: object) => unknown }[];
}

/** The hooks and functions of one app, and the library that runs them. */
export interface FunctionApp extends Registry {
  readonly model: ProgrammingModel;
}

interface Core {
  model: ProgrammingModel | null;
  /** Where registrations go: the app that is just being loaded. */
  loading: Registry | null;
}

const MODULE_NAME = '@azure/functions-core';
// The library keeps the module that it has once found, also when this file is loaded a second time.
const KEY = Symbol.for('tapkeeper.functions-core');

function newDisposable(dispose: () => void) {
  return { dispose };
}

function toModule(core: Core) {
  const registry = (): Registry => {
    if (core.loading === null) throw new Error('Register a function: no function app is being loaded.');
    return core.loading;
  };
  return {
    version: '3.11.0',
    hostVersion: '4.1045.0',
    log: () => undefined,
    setProgrammingModel: (model: ProgrammingModel) => void (core.model = model),
    getProgrammingModel: () => core.model,
    registerHook(name: string, run: (context: object) => unknown) {
      registry().hooks.push({ name, run });
      return newDisposable(() => undefined);
    },
    registerFunction(metadata: FunctionMetadata, handler: RegisteredFunction['handler']) {
      const { functions } = registry();
      functions.set(metadata.name, { metadata, handler });
      return newDisposable(() => functions.delete(metadata.name));
    },
  };
}

function install(): Core {
  const core: Core = { model: null, loading: null };
  const provided = toModule(core);
  const prototype = Module.prototype as unknown as { require: (id: string) => unknown };
  const original = prototype.require;
  prototype.require = function require(id) {
    return id === MODULE_NAME ? provided : Reflect.apply(original, this, [id]);
  };
  return core;
}

function getCore(): Core {
  const shared = globalThis as unknown as Record<symbol, Core | undefined>;
  return (shared[KEY] ??= install());
}

/**
 * The function app that `register` registers. Several apps live side by side in one process.
 * @throws Error when it registers nothing, as when the library was used before and found no worker.
 */
export function loadFunctionApp(register: () => void): FunctionApp {
  const core = getCore();
  const registry: Registry = { functions: new Map(), hooks: [] };
  core.loading = registry;
  try {
    register();
  } finally {
    core.loading = null;
  }
  if (core.model === null || registry.functions.size === 0)
    throw new Error('Load the function app: it has registered no function with this worker.');
  return { ...registry, model: core.model };
}
