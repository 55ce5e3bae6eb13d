import { ACCEPT, ANY, NONE, type Opinion } from './findings.ts';
import type { Filter } from '../../words.ts';

/** A filter, or what is known of it instead. */
export type Subject = Filter | 'everything' | 'unread';

/**
 * What decides about DNS to and from Amazon's resolver. It is mirrored only by filters with the network service `amazon-dns`
 * (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-filters.html); whether rules match it too, and which of
 * the two comes first then, is not documented.
 */
export type DnsReading = 'service-only' | 'service-first' | 'rules-first';

/** The ways in which the subjects may have to be read: one, unless one of them has the service or may have it. */
export const dnsReadingsOf = (subjects: readonly Subject[]): readonly DnsReading[] =>
  subjects.some((subject) => subject === 'unread' || mirrorsDns(subject))
    ? ['service-only', 'service-first', 'rules-first']
    : ['rules-first'];

const mirrorsDns = (subject: Subject): boolean => typeof subject !== 'string' && subject.mirrorsDns;

/** What a subject says of the resolver's packets, given what its rules say of them. */
export function onResolvers(reading: DnsReading, subject: Subject, byRules: Opinion): Opinion {
  switch (reading) {
    case 'service-only':
      if (typeof subject === 'string') return subject === 'unread' ? ANY : ACCEPT;
      return subject.mirrorsDns ? ACCEPT : NONE;
    case 'service-first':
      return mirrorsDns(subject) ? ACCEPT : byRules;
    case 'rules-first':
      return mirrorsDns(subject) && (byRules & NONE) !== 0 ? (byRules & ~NONE) | ACCEPT : byRules;
  }
}
