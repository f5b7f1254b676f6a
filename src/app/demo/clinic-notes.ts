import type { Condition } from './clinic-condition.ts';
import type { Person } from './clinic-people.ts';
import type { Draw } from './draw.ts';

/** A visit as its author would dictate it: names, numbers and reasoning in running text. */
export function encounterNote(draw: Draw, person: Person, condition: Condition, author: string): string {
  const fill = filler(draw, person);
  // Findings, reasoning and plan of one index were written for each other.
  const thread = draw.integer(0, 5);
  const part = (lines: readonly string[]) => fill(lines[thread % lines.length] ?? '');
  const shape = draw.pick(shapes);
  return shape({
    opening: fill(draw.pick(openings)),
    complaint: fill(draw.pick(condition.complaints)),
    findings: part(condition.findings),
    reasoning: part(condition.reasoning),
    plan: part(condition.plans),
    followUp: fill(draw.pick(condition.followUps)),
    aside: draw.chance(0.45) ? ` ${fill(draw.pick(asides))}` : '',
    closing: draw.chance(0.5) ? ` ${fill(draw.pick(closings))}` : '',
    problem: condition.name.toLowerCase(),
    author,
  });
}

/** What stands on the patient's own page: who they are to the practice. */
export function patientNote(draw: Draw, person: Person, problems: readonly Condition[]): string {
  const fill = filler(draw, person);
  const known = problems.map(({ name }) => name.toLowerCase()).join(' and ');
  const sentences = [
    fill(draw.pick(pageOpenings)).replace('{problems}', known),
    ...draw.some(pageLines, draw.integer(1, 3)).map(fill),
  ];
  return sentences.join(' ');
}

/** Puts one patient's particulars into a line; the same line twice says the same. */
export function filler(draw: Draw, person: Person): (line: string) => string {
  const she = person.sex === 'f';
  const kilograms = draw.integer(52, 124);
  const particulars: Readonly<Record<string, string>> = {
    they: she ? 'she' : 'he',
    They: she ? 'She' : 'He',
    them: she ? 'her' : 'him',
    their: she ? 'her' : 'his',
    Title: she ? 'Ms' : 'Mr',
    First: person.first,
    Last: person.last,
    Full: person.full,
    age: `${person.age}`,
    phone: person.phone,
    relative: `${she ? 'her' : 'his'} ${person.relative.relation} ${person.relative.name}`,
    relativeName: person.relative.name,
    relation: person.relative.relation,
    relativePhone: person.relative.phone,
    pressure: `${draw.integer(112, 168)}/${draw.integer(64, 98)}`,
    bmi: `${(kilograms / 2.9).toFixed(1)}`,
    weight: `${kilograms}`,
    a1c: `${(draw.integer(62, 98) / 10).toFixed(1)}`,
  };
  return (line) => line.replaceAll(/\{(\w+)\}/g, (slot, name: string) => particulars[name] ?? slot);
}

interface Parts {
  readonly opening: string;
  readonly complaint: string;
  readonly findings: string;
  readonly reasoning: string;
  readonly plan: string;
  readonly followUp: string;
  readonly aside: string;
  readonly closing: string;
  readonly problem: string;
  readonly author: string;
}

const shapes: readonly ((parts: Parts) => string)[] = [
  (p) => `${p.opening} ${p.complaint}.${p.aside} ${p.findings} ${p.reasoning} ${p.plan} ${p.followUp}${p.closing}`,
  (p) =>
    `S: ${p.opening} ${p.complaint}.${p.aside}\nO: ${p.findings}\nA: ${capital(p.problem)}. ${p.reasoning}\nP: ${p.plan} ${p.followUp}${p.closing}`,
  (p) =>
    `HPI\n${p.opening} ${p.complaint}.${p.aside}\n\nExam\n${p.findings}\n\nAssessment and plan\n1. ${capital(p.problem)}: ${p.reasoning}\n   - ${p.plan}\n   - ${p.followUp}${p.closing}`,
  (p) =>
    `${p.opening} ${p.complaint}. Exam: ${p.findings} Impression: ${p.problem}. ${p.reasoning} Will do: ${p.plan} ${p.followUp}${p.aside}\n-- ${p.author}`,
  (p) =>
    `Follow-up of ${p.problem}. ${p.opening} ${p.complaint}. ${p.findings} Thinking: ${p.reasoning}${p.aside} Agreed: ${p.plan} ${p.followUp}${p.closing}`,
];

const openings = [
  '{Title} {Last} is {age} and comes in',
  '{Full}, {age}, seen today',
  'Saw {First} {Last} ({age}) together with {relative}; presents',
  '{First} is back',
  'Video visit with {Full}. {They} presents',
  'Pleasant {age}-year-old, known to us for years as {First}, here',
  '{Title} {Last}, accompanied by {relativeName} ({relation}), is here',
];

const asides = [
  '{They} takes {their} tablets "when I remember, doctor".',
  'Of note, {relative} does the shopping and the pills.',
  'Works nights at the cannery; sleep has been short all month.',
  'Recently moved in with {relative} after the flood in the old flat.',
  'Smokes half a pack, would like to stop, not today.',
  'Allergic to penicillin: hives as a child, never challenged since.',
  'Denies chest pain, fainting, blood in the stool.',
  'Lost {their} insurance card; registration has a copy.',
  'Worried because {their} mother had the same at this age.',
];

const closings = [
  'If anything changes {they} will ring us; best number is {phone}.',
  'Reach {relativeName} at {relativePhone} if {Title} {Last} does not pick up.',
  '{First} repeated the plan back in {their} own words.',
  'All questions answered; 25 minutes, more than half of it talking.',
  'Interpreter on the line throughout, number on file.',
  'Copy of this note to {relative}, with consent.',
  'Pharmacy called from the room, {Title} {Last} will collect after five.',
];

const pageOpenings = [
  '{Title} {Last} has been with the practice since 2014, mostly for {problems}.',
  '{Full} is followed here for {problems}.',
  'New to us this spring; records from the last clinic show {problems}.',
  '{First} goes by {their} middle name on the telephone. Problem list: {problems}.',
];

const pageLines = [
  'Emergency contact is {relative}, {relativePhone}.',
  'Prefers calls to {phone} after four; leaves the portal to {relativeName}.',
  'Do not leave messages with anybody else: {they} asked for this in writing.',
  'Hard of hearing on the left, face {them} when speaking.',
  'Difficult veins, ask for Thandi in the lab.',
  'Penicillin: hives. Codeine: nausea, not an allergy.',
  'Power of attorney held by {relativeName}; copy scanned.',
  'Needs the ground-floor room; walks with a frame since the fall.',
  'Missed two visits this year for want of a lift; transport form sent.',
  'Full code, discussed with {them} and {relativeName}.',
];

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
