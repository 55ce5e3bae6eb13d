import { registerHooks } from 'node:module';

// Loaded before aws-lambda-ric, whose compiled half is not installed: nothing here compiles when it is installed.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === './rapid-client.node'
      ? { url: new URL('./rapid-client.ts', import.meta.url).href, shortCircuit: true, format: 'module-typescript' }
      : next(specifier, context),
});
