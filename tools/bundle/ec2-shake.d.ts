import type { Plugin } from 'esbuild';
/**
 * The text of an AWS client's schema table with its computed keys (`{[_xN]: …}`) written as literals (`{"xmlName": …}`).
 * A computed key may call `toString`, so esbuild keeps each object that has one; with literal keys it proves the table pure
 * and drops the hundreds of operations that nothing calls.
 * @throws Error when the text is no longer what the pattern was written for: the bundle would quietly triple.
 */
export declare function inlineSchemaKeys(text: string, path: string): string;
/** Lets esbuild drop the parts of AWS clients' schema tables that are not used. Fails a build that has no such table. */
export declare const ec2Shake: Plugin;
