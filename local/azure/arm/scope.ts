/** Whether an id is a scope's own or of something in it, in any casing. */
export function isWithin(id: string, scope: string): boolean {
  const [inner, outer] = [id.toLowerCase(), scope.toLowerCase().replace(/\/+$/, '')];
  return inner === outer || inner.startsWith(`${outer}/`);
}

/** Everything. */
export const EVERYWHERE = '/';
