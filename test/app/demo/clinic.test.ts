import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clinicSize, makeClinic } from '../../../src/app/demo/clinic.ts';

const clinic = makeClinic();
const text = JSON.stringify(clinic);

test('the clinic is the same at every call', () => {
  const small = { providers: 3, patients: 20, appointments: 10, encounters: 30, labResults: 10, messages: 10 };
  assert.deepEqual(makeClinic(small), makeClinic(small));
});

test('there is enough of it', () => {
  assert.equal(clinic.patients.length, clinicSize.patients);
  assert.ok(clinic.patients.length >= 5000);
  assert.equal(clinic.claims.length, clinic.encounters.length);
});

test('nothing in it could belong to somebody', () => {
  for (const { ssn, phone, email, zip } of clinic.patients) {
    assert.match(ssn, /^9\d\d-[0-4]\d-\d{4}$/);
    assert.match(phone, /^\d{3}-555-01\d\d$/);
    assert.match(email, /@example\.(com|org|net)$/);
    assert.match(zip, /^621\d\d$/);
  }
  for (const { npi, email } of clinic.providers) {
    assert.match(npi, /^9\d{9}$/);
    assert.match(email, /@clinic\.example$/);
  }
  const phones = text.match(/\b\d{3}-\d{3}-\d{4}\b/g) ?? [];
  assert.ok(phones.length > clinic.patients.length);
  assert.deepEqual(
    phones.filter((phone) => !/^\d{3}-555-01\d\d$/.test(phone)),
    [],
  );
});

test('keys are unique', () => {
  assert.equal(new Set(clinic.patients.map(({ mrn }) => mrn)).size, clinic.patients.length);
  assert.equal(new Set(clinic.providers.map(({ npi }) => npi)).size, clinic.providers.length);
});

test('free text is filled in, varied, and holds what real notes hold', () => {
  assert.deepEqual(text.match(/\{[A-Za-z]+\}/g), null);
  assert.doesNotMatch(text, /undefined|NaN/);
  const notes = clinic.encounters.map(({ notes }) => String(notes));
  assert.ok(new Set(notes).size > notes.length * 0.95);
  assert.ok(new Set(clinic.messages.map(({ body }) => body)).size > clinic.messages.length * 0.9);
  const lengths = notes.map((note) => note.length).sort((a, b) => a - b);
  assert.ok((lengths[lengths.length >> 1] ?? 0) > 300);

  const names = new Map(clinic.patients.map(({ id, full_name }) => [id, full_name.split(' ').at(-1) ?? '?']));
  const naming = clinic.encounters.filter(({ notes, patient_id }) =>
    String(notes).includes(names.get(Number(patient_id)) ?? '?'),
  );
  assert.ok(naming.length > notes.length * 0.7, `${naming.length} notes name their patient`);
  assert.ok(notes.filter((note) => /-555-01\d\d/.test(note)).length > notes.length * 0.2);
});
