import { randomUUID } from 'node:crypto';
import type { Binding, FunctionApp, InvocationResponse, RegisteredFunction, TypedData } from './functions-core.ts';

/** One line that a function or the library logged. */
export type Log = (line: string) => void;

/** What a trigger brings. */
export interface Firing {
  readonly data: TypedData;
  readonly metadata: Readonly<Record<string, TypedData>>;
}

/** The name and the settings of a function's trigger. */
export function triggerOf({ metadata }: RegisteredFunction): readonly [name: string, binding: Binding] {
  const found = Object.entries(metadata.bindings).find(([, { type }]) => /trigger$/i.test(type));
  if (found === undefined) throw new Error(`Host the function ${metadata.name}: it has no trigger.`);
  return found;
}

/** The functions of a type of trigger, as `queueTrigger`. */
export const functionsOf = (app: FunctionApp, type: string): readonly RegisteredFunction[] =>
  [...app.functions.values()].filter((one) => triggerOf(one)[1].type.toLowerCase() === type.toLowerCase());

const runHooks = async (app: FunctionApp, name: string, context: object): Promise<void> => {
  for (const hook of app.hooks) if (hook.name === name) await hook.run(context);
};

/** Lets a function handle what its trigger brings, through the library's own conversions. Rejects when the function throws. */
export async function invoke(
  app: FunctionApp,
  one: RegisteredFunction,
  firing: Firing,
  log: Log,
): Promise<InvocationResponse> {
  const invocationId = randomUUID();
  const { metadata, handler } = one;
  const invocation = app.model.getInvocationModel({
    invocationId,
    metadata,
    request: {
      invocationId,
      functionId: metadata.name,
      inputData: [{ name: triggerOf(one)[0], data: firing.data }],
      triggerMetadata: firing.metadata,
      // Absent, not empty: the library reads properties of whatever is there.
      traceContext: undefined,
      retryContext: undefined,
    },
    log: (_level: string, _category: string, message: string) => log(message),
  });
  const { context, inputs } = await invocation.getArguments();
  const hooked = { invocationContext: context, inputs, functionCallback: handler, hookData: {}, appHookData: {} };
  await runHooks(app, 'preInvocation', hooked);
  const result = await invocation.invokeFunction(context, hooked.inputs, hooked.functionCallback);
  await runHooks(app, 'postInvocation', { ...hooked, result, error: null });
  return invocation.getResponse(context, result);
}
