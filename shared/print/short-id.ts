/**
 * An id as people say it: AWS ids as they are, of an ARN its resource, of an ARM id the resource group and the names below it
 * (`rg/nic/tap`). The whole id is in the JSON view.
 */
export function shortId(id: string): string {
  if (id.startsWith('arn:')) return id.split(':').slice(5).join(':');
  if (!id.startsWith('/')) return id;
  const segments = id.split('/').slice(1);
  const group = segments[segments.findIndex((segment) => segment.toLowerCase() === 'resourcegroups') + 1];
  const provider = segments.lastIndexOf('providers');
  if (group === undefined || provider === -1) return id;
  const names = segments.slice(provider + 2).filter((_segment, index) => index % 2 === 1);
  return [group, ...names].join('/');
}
