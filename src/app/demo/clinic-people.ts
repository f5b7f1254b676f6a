import { familyNames, femaleNames, maleNames, streetKinds, streets, towns } from './clinic-names.ts';
import type { Draw } from './draw.ts';

export interface Patient {
  readonly id: number;
  readonly mrn: string;
  readonly ssn: string;
  readonly full_name: string;
  readonly birth_date: string;
  readonly phone: string;
  readonly email: string;
  readonly address: string;
  readonly zip: string;
  readonly notes: string;
  readonly status: string;
  readonly updated_at: string;
}

/** What notes need to know and the table does not say. */
export interface Person {
  readonly first: string;
  readonly last: string;
  readonly full: string;
  readonly sex: 'f' | 'm';
  readonly age: number;
  readonly phone: string;
  /** Somebody at home: a name and a number that stand in notes only. */
  readonly relative: { readonly relation: string; readonly name: string; readonly phone: string };
}

export interface Provider {
  readonly id: number;
  readonly npi: string;
  readonly full_name: string;
  readonly specialty: string;
  readonly department: string;
  readonly phone: string;
  readonly email: string;
}

/** The day the clinic stands still at. */
export const today = Date.UTC(2026, 10, 20);
export const dayMs = 24 * 60 * 60 * 1000;

export function drawPerson(draw: Draw): Person {
  const sex = draw.chance(0.52) ? 'f' : 'm';
  const first = draw.pick(sex === 'f' ? femaleNames : maleNames);
  const last = draw.pick(familyNames);
  const initial = draw.chance(0.4) ? ` ${draw.pick([...'ABCDEFGHJKLMNPRSTVW'])}.` : '';
  const [relation, otherSex] = draw.pick(relations);
  return {
    first,
    last,
    full: `${first}${initial} ${last}`,
    sex,
    age: draw.integer(18, 93),
    phone: drawPhone(draw),
    relative: {
      relation,
      name: `${draw.pick(otherSex === 'f' ? femaleNames : maleNames)} ${draw.chance(0.7) ? last : draw.pick(familyNames)}`,
      phone: drawPhone(draw),
    },
  };
}

export function drawPatient(draw: Draw, id: number, person: Person, notes: string): Patient {
  const town = draw.pick(towns);
  const birth = today - person.age * 365.25 * dayMs - draw.integer(0, 364) * dayMs;
  const handle = `${person.first}.${person.last}`.toLowerCase();
  return {
    id,
    mrn: `MRN${String(1_000_000 + id * 37).padStart(8, '0')}`,
    ssn: drawSsn(draw),
    full_name: person.full,
    birth_date: day(birth),
    phone: person.phone,
    email: `${handle}${id}@example.${draw.pick(['com', 'org', 'net'])}`,
    address: `${draw.integer(1, 989)} ${draw.pick(streets)} ${draw.pick(streetKinds)}${
      draw.chance(0.2) ? `, Apt ${draw.integer(1, 24)}${draw.pick(['A', 'B', 'C'])}` : ''
    }, ${town.name}`,
    zip: town.zip,
    notes,
    status: draw.pick(statuses),
    updated_at: moment(today - draw.integer(0, 700 * 24 * 60) * 60_000),
  };
}

export function drawProviders(draw: Draw, count: number): readonly Provider[] {
  return Array.from({ length: count }, (_, index) => {
    const person = drawPerson(draw);
    const { specialty, department, title } = draw.pick(specialties);
    return {
      id: index + 1,
      // Issued numbers start with 1 or 2.
      npi: `9${draw.digits(9)}`,
      full_name: `${person.first} ${person.last}, ${title}`,
      specialty,
      department,
      phone: person.phone,
      email: `${person.first}.${person.last}${index + 1}@clinic.example`.toLowerCase(),
    };
  });
}

/** 555-0100 to 555-0199 are kept for fiction in every area. */
export function drawPhone(draw: Draw): string {
  return `${draw.pick(areas)}-555-01${draw.digits(2)}`;
}

export function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

export function moment(time: number): string {
  return new Date(time).toISOString();
}

/** No number of area 9xx was ever issued, and groups below 50 are not those of taxpayer numbers either. */
function drawSsn(draw: Draw): string {
  return `9${draw.digits(2)}-${String(draw.integer(1, 49)).padStart(2, '0')}-${String(draw.integer(1, 9999)).padStart(4, '0')}`;
}

const areas = ['207', '217', '308', '406', '507', '605', '701', '802', '928'];
const statuses = ['active', 'active', 'active', 'active', 'active', 'active', 'inactive', 'transferred', 'deceased'];

const relations: readonly (readonly [string, 'f' | 'm'])[] = [
  ['daughter', 'f'],
  ['son', 'm'],
  ['wife', 'f'],
  ['husband', 'm'],
  ['sister', 'f'],
  ['brother', 'm'],
  ['mother', 'f'],
  ['neighbour', 'm'],
  ['niece', 'f'],
  ['partner', 'm'],
];

const specialties = [
  { specialty: 'Family Medicine', department: 'Primary Care', title: 'MD' },
  { specialty: 'Internal Medicine', department: 'Primary Care', title: 'MD' },
  { specialty: 'Adult Nursing', department: 'Primary Care', title: 'NP' },
  { specialty: 'Cardiology', department: 'Heart and Vascular', title: 'MD' },
  { specialty: 'Endocrinology', department: 'Diabetes Centre', title: 'MD' },
  { specialty: 'Pulmonology', department: 'Lung Clinic', title: 'DO' },
  { specialty: 'Psychiatry', department: 'Behavioural Health', title: 'MD' },
  { specialty: 'Orthopaedics', department: 'Bone and Joint', title: 'MD' },
  { specialty: 'Gastroenterology', department: 'Digestive Health', title: 'MD' },
  { specialty: 'Neurology', department: 'Neurosciences', title: 'DO' },
  { specialty: 'Emergency Medicine', department: 'Urgent Care', title: 'PA' },
];
