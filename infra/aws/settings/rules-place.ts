import { type NamedPlace, parsePlace } from '../../../lambdas/rules/place.ts';
import { Fault } from '../../../shared/fault.ts';

/** Where the setting `rules` says that the rules are, as the Lambdas read it; `null`: it names no such place. */
export function findPlace(text: string): NamedPlace | null {
  try {
    return parsePlace(text);
  } catch (thrown) {
    if (thrown instanceof Fault) return null;
    throw thrown;
  }
}

/** A place as it is written, for whoever reads the rules there: `TAPKEEPER_RULES`, or `--rules` of the command line. */
export function toText(place: NamedPlace): string {
  switch (place.kind) {
    case 'file':
      return place.path;
    case 'object':
      return `s3://${place.bucket}/${place.key}`;
    case 'parameter':
      return `ssm:${place.name}`;
  }
}
