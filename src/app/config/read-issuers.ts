import { type IssuerSettings, profileNames } from '../../identity/issuer-settings.ts';
import { profileFault } from './profile-fault.ts';
import { readAuthorities } from './read-authorities.ts';
import { readIssuerName } from './read-issuer-name.ts';
import { readGroup, readGroups } from './read-principal.ts';
import { readUrl } from './read-url.ts';
import { type Spot, whole } from './spot.ts';

/** `identity.issuers:`. */
export function readIssuers(spot: Spot): readonly IssuerSettings[] | undefined {
  const issuers: IssuerSettings[] = [];
  const items = spot.items();
  if (items?.length === 0) return spot.fault('there is no issuer here; add one, or no token is acceptable.');
  for (const item of items ?? []) {
    const issuer = readIssuer(item);
    if (issuer === undefined) continue;
    if (issuers.some(({ id }) => id === issuer.id))
      item.fault('another issuer has this id; ids are prefixes of principals, choose one of its own.');
    else if (issuers.some((other) => sameTokens(other, issuer))) {
      item.fault(
        'another issuer accepts exactly the same tokens, so both would refuse them; tell them apart with `require`.',
      );
    }
    issuers.push(issuer);
  }
  return issuers.length === items?.length ? issuers : undefined;
}

function readIssuer(spot: Spot): IssuerSettings | undefined {
  const fields = spot.fields(keys);
  if (fields === undefined) return undefined;
  const profile = fields.optional('profile', 'generic' as const, (child) => child.oneOf(profileNames));
  const issuer = whole<IssuerSettings>({
    id: fields.required('id', (child) =>
      child.matching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'an id of letters, digits, _, . and -, such as github'),
    ),
    issuer: fields.required('issuer', (child) => readIssuerName(child, profile)),
    audience: fields.required('audience', (child) => child.text()),
    profile,
    require: fields.optional('require', new Map<string, readonly string[]>(), readRequire),
    groups: fields.optional('groups', [], readGroups),
    groupsFrom: fields.optional('groupsFrom', null, readGroupsFrom),
    jwksUri: fields.optional('jwksUri', null, readUrl),
    ca: fields.optional('ca', null, readAuthorities),
    subject: fields.optional('subject', 'sub', readClaim),
  });
  const fault = issuer === undefined ? null : profileFault(issuer, fields.has('subject'));
  return fault === null ? issuer : spot.fault(fault);
}

function readRequire(spot: Spot): ReadonlyMap<string, readonly string[]> | undefined {
  const children = [...(spot.children() ?? [])];
  const required = children.map(([claim, child]) => [claim, readAccepted(child)] as const);
  const sound = required.filter((entry): entry is readonly [string, readonly string[]] => entry[1] !== undefined);
  return sound.length === children.length ? new Map(sound) : undefined;
}

function readAccepted(spot: Spot): readonly string[] | undefined {
  if (!spot.isList()) {
    const only = spot.text();
    return only === undefined ? undefined : [only];
  }
  const values = spot.list((item) => item.text());
  return values?.length === 0 ? spot.fault('an empty list accepts nobody; give the accepted values.') : values;
}

function readGroupsFrom(spot: Spot): IssuerSettings['groupsFrom'] | undefined {
  if (!spot.isMap()) {
    const claim = readClaim(spot);
    return claim === undefined ? undefined : { claim, mapping: null };
  }
  const fields = spot.fields(['claim', 'mapping']);
  if (fields === undefined) return undefined;
  return whole<NonNullable<IssuerSettings['groupsFrom']>>({
    claim: fields.required('claim', readClaim),
    mapping: fields.optional('mapping', null, readMapping),
  });
}

function readMapping(spot: Spot): ReadonlyMap<string, string> | undefined {
  const mapping = new Map<string, string>();
  for (const [from, child] of spot.children() ?? []) {
    const to = readGroup(child);
    if (to !== undefined) mapping.set(from, to);
  }
  return mapping;
}

function readClaim(spot: Spot): string | undefined {
  return spot.matching(/^\S{1,200}$/, 'the name of a claim');
}

function sameTokens(a: IssuerSettings, b: IssuerSettings): boolean {
  return a.issuer === b.issuer && a.audience === b.audience && canonical(a.require) === canonical(b.require);
}

function canonical(required: IssuerSettings['require']): string {
  return JSON.stringify([...required].map(([claim, values]) => [claim, [...values].sort()]).sort());
}

const keys = ['id', 'issuer', 'audience', 'profile', 'require', 'groups', 'groupsFrom', 'jwksUri', 'ca', 'subject'];
