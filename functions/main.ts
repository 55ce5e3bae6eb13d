import type { Deps } from '../shared/ports.ts';
import { compose } from './compose.ts';
import { register } from './register.ts';

let composed: Deps | null = null;

/** What the Functions host loads. */
register(() => (composed ??= compose(process.env)));
