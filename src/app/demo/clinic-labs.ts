import type { Draw } from './draw.ts';

export interface LabResult {
  readonly id: number;
  readonly patient_id: number;
  readonly encounter_id: number;
  readonly test: string;
  readonly loinc: string;
  readonly value: number;
  readonly unit: string;
  readonly reference_range: string;
  readonly flag: 'L' | 'H' | null;
  readonly comment: string | null;
  readonly collected_at: string;
}

/** One measured value, mostly within its range. */
export function drawLabResult(
  draw: Draw,
  sample: Pick<LabResult, 'id' | 'patient_id' | 'encounter_id' | 'collected_at'>,
): LabResult {
  const { test, loinc, unit, low, high, places } = draw.pick(tests);
  const spread = high - low;
  const value = Math.max(0, Number((low - spread * 0.2 + draw.number() * spread * 1.4).toFixed(places)));
  const flag = value < low ? 'L' : value > high ? 'H' : null;
  const comment = flag === null ? null : draw.pick(comments);
  return { ...sample, test, loinc, value, unit, reference_range: `${low}-${high}`, flag, comment };
}

const tests = [
  { test: 'Haemoglobin A1c', loinc: '4548-4', unit: '%', low: 4, high: 5.6, places: 1 },
  { test: 'Glucose', loinc: '2345-7', unit: 'mg/dL', low: 70, high: 99, places: 0 },
  { test: 'Potassium', loinc: '2823-3', unit: 'mmol/L', low: 3.5, high: 5.1, places: 1 },
  { test: 'Sodium', loinc: '2951-2', unit: 'mmol/L', low: 135, high: 145, places: 0 },
  { test: 'Creatinine', loinc: '2160-0', unit: 'mg/dL', low: 0.6, high: 1.2, places: 2 },
  { test: 'Haemoglobin', loinc: '718-7', unit: 'g/dL', low: 12, high: 16, places: 1 },
  { test: 'Platelets', loinc: '777-3', unit: '10*3/uL', low: 150, high: 400, places: 0 },
  { test: 'LDL cholesterol', loinc: '13457-7', unit: 'mg/dL', low: 50, high: 130, places: 0 },
  { test: 'Thyrotropin', loinc: '3016-3', unit: 'mIU/L', low: 0.4, high: 4, places: 2 },
  { test: 'NT-proBNP', loinc: '33762-6', unit: 'pg/mL', low: 5, high: 300, places: 0 },
];

const comments = [
  'Repeated on a second sample, same value.',
  'Specimen slightly haemolysed; repeat if unexpected.',
  'Called to the ordering department at 16:20, read back.',
  'Consistent with the trend of the last three results.',
  'Patient not fasting by own account.',
];
