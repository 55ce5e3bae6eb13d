import { App, type AppProps } from 'aws-cdk-lib';
import flags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };

/**
 * A CDK app that behaves as CDK recommends to new ones, and not as the first release of its major version did. That changes with
 * the version of CDK only, which is pinned.
 */
export const newApp = (props: AppProps): App => new App({ analyticsReporting: false, ...props, context: flags });
