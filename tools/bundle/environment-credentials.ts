import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

const CHAIN = '@aws-sdk/credential-provider-node';

/**
 * Puts the provider of environment credentials in the place of the SDK's default chain. Lambda hands its role to a function in the
 * environment (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime), and
 * the chain's other links (files, SSO, metadata endpoints) cost 130 kB and a third of the time to import.
 */
export const environmentCredentials: Plugin = {
  name: 'environment-credentials',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${CHAIN}$`) }, async ({ path, pluginData, ...from }) => {
      if (pluginData === CHAIN) return null;
      const chain = await build.resolve(path, { ...from, pluginData: CHAIN });
      if (chain.errors.length > 0) return { errors: chain.errors };
      return { path, namespace: 'environment-credentials', pluginData: dirname(chain.path) };
    });
    // Resolved from the chain's own folder: the provider is its dependency, not ours.
    build.onLoad({ filter: /.*/, namespace: 'environment-credentials' }, ({ pluginData }) => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
      loader: 'js',
      resolveDir: pluginData as string,
    }));
  },
};
