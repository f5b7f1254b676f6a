import type { Condition } from './clinic-condition.ts';
import { conditions } from './clinic-conditions.ts';
import { drawLabResult, type LabResult } from './clinic-labs.ts';
import { type DrawnMessage, drawMessage } from './clinic-messages.ts';
import { encounterNote, patientNote } from './clinic-notes.ts';
import {
  day,
  dayMs,
  drawPatient,
  drawPerson,
  drawProviders,
  moment,
  type Patient,
  type Person,
  type Provider,
  today,
} from './clinic-people.ts';
import { Draw } from './draw.ts';

export type Row = Readonly<Record<string, string | number | null>>;

/** Rows by table, in an order that foreign keys accept. */
export interface Clinic {
  readonly providers: readonly Provider[];
  readonly patients: readonly Patient[];
  readonly appointments: readonly Row[];
  readonly encounters: readonly Row[];
  readonly claims: readonly Row[];
  readonly lab_results: readonly LabResult[];
  readonly messages: readonly Row[];
}

export const clinicSize = {
  providers: 60,
  patients: 6000,
  appointments: 9000,
  encounters: 15_000,
  labResults: 18_000,
  messages: 8000,
};

/** The whole clinic, the same at every call. Nobody in it exists. */
export function makeClinic(size = clinicSize): Clinic {
  const draw = new Draw(20_261_120);
  const providers = drawProviders(draw, size.providers);
  const charts = Array.from({ length: size.patients }, (_, index) => drawChart(draw, index + 1));
  const encounters = many(size.encounters, (id) => drawEncounter(draw, id, draw.pick(charts), draw.pick(providers)));
  return {
    providers,
    patients: charts.map(({ patient }) => patient),
    appointments: many(size.appointments, (id) => drawAppointment(draw, id, draw.pick(charts), draw.pick(providers))),
    encounters,
    claims: encounters.map((encounter, index) => drawClaim(draw, index + 1, encounter)),
    lab_results: many(size.labResults, (id) => {
      const { id: encounter, patient_id, started_at } = draw.pick(encounters);
      return drawLabResult(draw, { id, encounter_id: encounter, patient_id, collected_at: started_at });
    }),
    messages: many(size.messages, (id) => drawMail(draw, id, draw.pick(charts), draw.pick(providers))),
  };
}

interface Chart {
  readonly patient: Patient;
  readonly person: Person;
  readonly problems: readonly Condition[];
}

function drawChart(draw: Draw, id: number): Chart {
  const person = drawPerson(draw);
  const problems = draw.some(conditions, draw.integer(1, 2));
  return { person, problems, patient: drawPatient(draw, id, person, patientNote(draw, person, problems)) };
}

function drawEncounter(draw: Draw, id: number, { patient, person, problems }: Chart, provider: Provider) {
  const condition = draw.pick(problems);
  const started = workingTime(draw, -1);
  return {
    id,
    patient_id: patient.id,
    provider_id: provider.id,
    started_at: moment(started),
    ended_at: moment(started + draw.integer(10, 55) * 60_000),
    kind: draw.pick(['office', 'office', 'office', 'video', 'telephone', 'urgent']),
    department: provider.department,
    diagnosis_code: condition.code,
    diagnosis: condition.name,
    notes: encounterNote(draw, person, condition, provider.full_name),
  };
}

function drawClaim(draw: Draw, id: number, encounter: ReturnType<typeof drawEncounter>): Row {
  const submitted = Date.parse(encounter.started_at) + draw.integer(1, 9) * dayMs;
  const amount = draw.integer(8500, 61_000) / 100;
  const status = draw.pick(['paid', 'paid', 'paid', 'submitted', 'denied', 'appealed']);
  return {
    id,
    encounter_id: encounter.id,
    patient_id: encounter.patient_id,
    payer: draw.pick([
      'Quarry Mutual',
      'Lantern Health Plan',
      'Bluff County Medicaid',
      'Statewide Retirees',
      'Self-pay',
    ]),
    member_id: `SYN${draw.digits(9)}`,
    procedure_code: draw.pick(['99213', '99214', '99215', '99203', '99441', '83036', '80053', '90837']),
    diagnosis_code: encounter.diagnosis_code,
    amount,
    paid: status === 'paid' ? Math.round(amount * draw.integer(55, 100)) / 100 : null,
    status,
    submitted_on: day(submitted),
  };
}

function drawAppointment(draw: Draw, id: number, { patient, problems }: Chart, provider: Provider): Row {
  const isPast = draw.chance(0.6);
  return {
    id,
    patient_id: patient.id,
    provider_id: provider.id,
    scheduled_at: moment(workingTime(draw, isPast ? -1 : 1)),
    minutes: draw.pick([15, 20, 30, 45]),
    reason: draw.pick([
      `${draw.pick(problems).name} review`,
      'New problem',
      'Medication review',
      'Laboratory',
      'Vaccination',
    ]),
    status: isPast
      ? draw.pick(['kept', 'kept', 'kept', 'missed', 'cancelled'])
      : draw.pick(['booked', 'booked', 'cancelled']),
  };
}

function drawMail(draw: Draw, id: number, { patient, person, problems }: Chart, provider: Provider): Row {
  const { fromPatient, subject, body }: DrawnMessage = drawMessage(
    draw,
    person,
    draw.pick(problems),
    provider.full_name,
  );
  return {
    id,
    patient_id: patient.id,
    provider_id: provider.id,
    sender: fromPatient ? person.full : provider.full_name,
    recipient: fromPatient ? provider.full_name : person.full,
    subject,
    body,
    sent_at: moment(today - draw.integer(0, 500 * 24 * 60) * 60_000),
    read_at: draw.chance(0.8) ? moment(today - draw.integer(0, 60) * 60_000) : null,
  };
}

/** Between eight and five, within two years of today. */
function workingTime(draw: Draw, direction: -1 | 1): number {
  const days = draw.integer(1, direction < 0 ? 730 : 120);
  return today + direction * days * dayMs + draw.integer(8 * 4, 17 * 4) * 15 * 60_000;
}

function many<T>(count: number, draw: (id: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => draw(index + 1));
}
