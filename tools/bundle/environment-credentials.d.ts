import type { Plugin } from 'esbuild';
/**
 * Puts the provider of environment credentials in the place of the SDK's default chain. Lambda hands its role to a function in the
 * environment (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime), and
 * the chain's other links (files, SSO, metadata endpoints) cost 130 kB and a third of the time to import.
 */
export declare const environmentCredentials: Plugin;
