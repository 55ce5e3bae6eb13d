import { invalidValue, refusal } from './errors.ts';

/** What a paged request asks for. */
export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly NextToken: string | undefined;
}

/** Bounds that the model documents for most describe actions. */
export const PAGE_BOUNDS = { least: 5, most: 1000 };

/** One page in order of creation; its token is opaque and stays valid when items before it vanish. */
export function toPage<Item extends { readonly sequence: number }>(
  action: string,
  request: PageRequest,
  items: readonly Item[],
  bounds: typeof PAGE_BOUNDS = PAGE_BOUNDS,
): Page<Item> {
  const size = request.MaxResults ?? bounds.most;
  if (!Number.isInteger(size) || size < bounds.least || size > bounds.most) {
    throw invalidValue(
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between ${bounds.least} and ${bounds.most}.`,
    );
  }
  const after = request.NextToken === undefined ? 0 : readToken(action, request.NextToken);
  const rest = items.filter(({ sequence }) => sequence > after).sort((a, b) => a.sequence - b.sequence);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return { items: page, NextToken: rest.length > size && last ? writeToken(action, last.sequence) : undefined };
}

/** Ids and a page size exclude each other. */
export function refuseIdsWithPages(ids: readonly string[] | undefined, request: PageRequest, name: string): void {
  if (ids === undefined || ids.length === 0 || request.MaxResults === undefined) return;
  throw refusal('InvalidParameterCombination', `The parameter ${name} cannot be used with the parameter maxResults`);
}

const writeToken = (action: string, sequence: number): string =>
  Buffer.from(JSON.stringify([action, sequence])).toString('base64url');

function readToken(action: string, token: string): number {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(read) && read[0] === action && typeof read[1] === 'number') return read[1];
  } catch {
    // Not a token at all: refused below like one of another action.
  }
  throw invalidValue('Unable to parse pagination token');
}
