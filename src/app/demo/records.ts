import { drawPerson } from './clinic-people.ts';
import { Draw } from './draw.ts';

/** A record of the demo's JSON service. Synthetic, and never of anybody in the clinic's database. */
export interface PatientRecord {
  readonly id: number;
  readonly ssn: string;
  readonly name: string;
  readonly contacts: readonly { readonly kind: 'home' | 'work'; readonly phone: string }[];
  readonly status: string;
}

/** The same at every start. */
export function makeRecords(): Map<number, PatientRecord> {
  const draw = new Draw(8402);
  const records = new Map<number, PatientRecord>();
  for (let id = 1; id <= recordCount; id += 1) {
    const person = drawPerson(draw);
    records.set(id, {
      id,
      // Numbers that start with 9 are never given out.
      ssn: `9${draw.digits(2)}-${draw.digits(2)}-${draw.digits(4)}`,
      name: person.full,
      contacts: [
        { kind: 'home', phone: person.phone },
        { kind: 'work', phone: person.relative.phone },
      ],
      status: draw.pick(recordStates),
    });
  }
  return records;
}

export const recordStates = ['active', 'discharged', 'waiting'] as const;

const recordCount = 50;
