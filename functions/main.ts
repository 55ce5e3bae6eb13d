import { type AzureDeps, compose } from './compose.ts';
import { register } from './register.ts';

let composed: AzureDeps | null = null;

/** What the Functions host loads. */
register(() => (composed ??= compose(process.env)));
