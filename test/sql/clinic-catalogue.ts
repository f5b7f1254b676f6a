import type { CatalogueSnapshot, Relation } from '../../src/core/catalogue.ts';

/** The demo's clinic in small: what the tests of analysis look names up in. Nothing in it is a value. */
export function clinicCatalogue(options: { readonly protect: boolean } = { protect: true }): CatalogueSnapshot {
  return {
    version: 'v1',
    serverVersion: 180004,
    defaultPath: ['public'],
    relations: tables.map((table) => (options.protect ? table : unprotected(table))),
    routines: [
      { schema: 'public', name: 'risk_score', arguments: ['integer'] },
      { schema: 'public', name: 'initcap', arguments: ['text', 'text'] },
      { schema: 'audit', name: 'risk_score', arguments: ['bigint', 'text'] },
    ],
    operators: ['~~~'],
    types: [
      { schema: 'public', name: 'claim_status', kind: 'enum' },
      { schema: 'public', name: 'postcode', kind: 'domain' },
    ],
  };
}

export const patientsOid = 17000;

const tables: readonly Relation[] = [
  relation(
    patientsOid,
    'patients',
    'id zip status updated_at',
    'mrn:mrn ssn:ssn full_name:name birth_date:birth_date phone:phone email:email address:address notes:text',
  ),
  relation(17010, 'encounters', 'id patient_id provider_id started_at code', 'summary:text'),
  relation(17020, 'claims', 'id encounter_id amount status', ''),
  relation(17030, 'providers', 'id npi specialty', 'full_name:name'),
  relation(17040, 'patient_view', 'id zip', 'code:ssn', 'view'),
  relation(17050, 'appointments', 'id patient_id at', ''),
  relation(17060, 'patients_id_seq', 'last_value log_cnt is_called', '', 'sequence'),
  { ...relation(17070, 'patients', 'id ssn', ''), schema: 'archive' },
  relation(17080, 'remote_labs', 'id value', '', 'foreign'),
];

function relation(
  oid: number,
  name: string,
  plain: string,
  hidden: string,
  kind: Relation['kind'] = 'table',
): Relation {
  const columns = [...plain.split(' '), ...hidden.split(' ')].filter((word) => word !== '');
  return {
    oid,
    schema: 'public',
    name,
    kind,
    parents: [],
    columns: columns.map((word, at) => {
      const [column = '', of] = word.split(':');
      return { name: column, number: at + 1, typeOid: column === 'id' ? 23 : 25, class: of ?? null };
    }),
  };
}

function unprotected(table: Relation): Relation {
  return { ...table, columns: table.columns.map((column) => ({ ...column, class: null })) };
}
