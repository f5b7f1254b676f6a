import type { RequestFacts } from '../core/request-facts.ts';
import type { Access, Facts } from './decision.ts';

export function isRequest(facts: Facts): facts is RequestFacts {
  return facts.verb === 'read' || facts.verb === 'write';
}

/** An HTTP request is one access to its route; what its answer holds that is protected is asked about field by field. */
export function requestAccesses({ verb, route, fields }: RequestFacts): readonly Access[] {
  return [
    { ...blank, action: verb, resource: { kind: 'route', route, protected: fields.length > 0 } },
    ...fields.map(
      ({ path, class: name }): Access => ({
        ...blank,
        action: 'unmask',
        resource: { kind: 'field', field: { route, path } },
        class: name,
      }),
    ),
  ];
}

const blank = { use: null, lookup: false, filtered: false, limited: false, class: null } as const;
