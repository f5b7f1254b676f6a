import type { Condition } from './clinic-condition.ts';

export const longTermConditions: readonly Condition[] = [
  {
    code: 'E11.9',
    name: 'Type 2 diabetes mellitus',
    complaints: [
      'to go over {their} glucose log: fasting readings between 8 and 11 since the holidays',
      'for the diabetes review; admits the evening metformin is often forgotten',
      'after two low readings before lunch, shaky both times, better with juice',
    ],
    findings: [
      'BP {pressure}, BMI {bmi}. Monofilament intact at all ten points, pulses palpable, no ulcers.',
      'Feet warm with one callus under the left first metatarsal. HbA1c {a1c}%.',
    ],
    reasoning: [
      'HbA1c of {a1c}% with good fasting values points to meals and not to the night; adding basal insulin now would buy lows.',
      'The lows follow days of skipped breakfast while on glipizide. Safer to drop the sulfonylurea than to chase them with snacks.',
      'Albumin in the urine is new and has been repeated; with eGFR of 58 an SGLT2 inhibitor helps kidney and glucose alike.',
    ],
    plans: [
      'Metformin up to 1 g twice daily, pill box filled with {relative}.',
      'Stop glipizide. Start empagliflozin 10 mg; sick-day rules explained and given in writing.',
      'Semaglutide 0.25 mg weekly for four weeks, then 0.5 mg. Retinal photographs booked.',
    ],
    followUps: [
      'HbA1c and kidney function in three months.',
      'Nurse call in two weeks at {phone} about the log.',
      'Diabetes educator next Tuesday.',
    ],
  },
  {
    code: 'I10',
    name: 'Essential hypertension',
    complaints: [
      'with home readings averaging 148/92 over two weeks',
      'for blood pressure; ankles swell since amlodipine was doubled',
      'after a pharmacy check of 168/98 that frightened {them}',
    ],
    findings: [
      'BP {pressure} seated, repeated after five minutes. No bruit, heart sounds normal, trace ankle oedema.',
      'BP {pressure} both arms. Fundi without haemorrhage. Potassium 4.4.',
    ],
    reasoning: [
      'Home average confirms it is not white-coat. Salt and the daily naproxen for the knee are the likely drivers.',
      'The oedema is the calcium channel blocker and not the heart: JVP flat, lungs clear, weight unchanged.',
    ],
    plans: [
      'Lisinopril 10 mg in the morning, stop naproxen, potassium in two weeks.',
      'Amlodipine back to 5 mg, chlorthalidone 12.5 mg added.',
      'Cuff lent for another fortnight, diet sheet on salt.',
    ],
    followUps: [
      'Pressure check with the nurse in four weeks.',
      '{First} will send readings through the portal on the first of the month.',
    ],
  },
  {
    code: 'I50.22',
    name: 'Chronic systolic heart failure',
    complaints: [
      'up three kilograms in a week and sleeping on three pillows',
      'for the heart failure visit; walks to the mailbox before needing to stop',
    ],
    findings: [
      'JVP 10 cm, crackles at both bases, pitting to mid-shin. Weight {weight} kg.',
      'JVP flat, lungs clear, no oedema. NT-proBNP down by half.',
    ],
    reasoning: [
      'Decompensated by salt over the weekend, and the water tablet was left at home: NYHA III today, warm and wet, can be managed outside hospital if the weight moves by Thursday.',
      'Euvolaemic on the present dose. Room to raise sacubitril-valsartan, since pressure has been above 110 at home.',
    ],
    plans: [
      'Furosemide 80 mg for three days, then 40 mg; daily weights, 1.5 litre limit.',
      'Sacubitril-valsartan to 49/51 mg twice daily, spironolactone stays at 25 mg.',
    ],
    followUps: [
      'Basic panel Thursday, nurse to call {relative} at {relativePhone} with the dose.',
      'Heart failure clinic in two weeks.',
    ],
  },
  {
    code: 'J45.40',
    name: 'Moderate persistent asthma',
    complaints: [
      'using the blue inhaler every day since the pollen started',
      'after a night in urgent care with wheeze, on day three of prednisone',
    ],
    findings: [
      'Scattered expiratory wheeze, speaks in sentences, peak flow 340 (best 450).',
      'Chest clear today, peak flow back to 88% of best.',
    ],
    reasoning: [
      'Not controlled on ACT of 14. Technique was the problem: {they} breathed in after the puff, not with it. Before a step up, a spacer.',
      'Two courses of steroid in a year put {them} at risk of the next; a combined reliever lowers that more than another tablet.',
    ],
    plans: [
      'Budesonide-formoterol 160/4.5 as maintenance and reliever, spacer, written plan.',
      'Montelukast stopped because of the vivid dreams; loratadine in season.',
    ],
    followUps: ['Review in four weeks with the diary.', 'Plan shared with {relative}, who lives with {them}.'],
  },
  {
    code: 'F32.1',
    name: 'Major depressive disorder, moderate',
    complaints: [
      'tearful, sleeping four hours, off work since the separation',
      'for mood; says the tablets "take the edge off" but nothing is fun',
      'at the urging of {relative}, who came along and waited outside',
    ],
    findings: [
      'PHQ-9 of 16. Slow speech, good eye contact, no plan or intent; future-oriented about the grandchildren.',
      'PHQ-9 down from 19 to 11. Groomed, jokes once. Denies thoughts of self-harm.',
    ],
    reasoning: [
      'Passive wish not to wake up, no plan, no means at home, agrees to call first: moderate risk, suited to outpatient care with a contact within the week.',
      'Partial response at six weeks on an adequate dose; raising it is better evidenced than switching. Thyroid and B12 were normal.',
      'Alcohol has crept up to most nights and keeps the sleep broken; we agreed that it is part of the picture and not a verdict.',
    ],
    plans: [
      'Sertraline to 100 mg, therapy intake with behavioural health, safety plan signed.',
      'Add mirtazapine 15 mg at night for sleep and appetite. Work note for two weeks.',
    ],
    followUps: [
      'Call on Friday at {phone}; if no answer, {relative} at {relativePhone} as agreed.',
      'Visit in two weeks, sooner if worse. Crisis line card given.',
    ],
  },
  {
    code: 'M17.11',
    name: 'Osteoarthritis of the right knee',
    complaints: [
      'about the knee: stairs are the worst, stiff for ten minutes each morning',
      'asking whether it is time for the operation',
    ],
    findings: [
      'Crepitus, small effusion, flexion to 115, stable ligaments.',
      'Varus by eye, medial joint line tender, gait antalgic. BMI {bmi}.',
    ],
    reasoning: [
      'Films show narrowing but the pain comes and goes with load; strength first, since surgery at this weight doubles the trouble.',
      'Eight months of exercise and two injections have not given the stairs back: reasonable to see the surgeon now.',
    ],
    plans: [
      'Topical diclofenac, quadriceps programme, cane in the left hand.',
      'Triamcinolone 40 mg injected without trouble. Referral to Bone and Joint.',
    ],
    followUps: ['Six weeks with physiotherapy notes.', 'Surgeon to write to {First} directly.'],
  },
  {
    code: 'N18.31',
    name: 'Chronic kidney disease, stage 3a',
    complaints: [
      'to talk about the kidney numbers that the portal showed in red',
      'for the six-monthly kidney review, no swelling, nocturia once',
    ],
    findings: [
      'eGFR 49, was 52; ACR 210. BP {pressure}. No oedema.',
      'Potassium 5.2, bicarbonate 21, haemoglobin 11.4.',
    ],
    reasoning: [
      'Slow and steady loss that fits long diabetes and pressure; no blood, no casts, ultrasound symmetrical. Not an emergency, and said so, since {they} had read about dialysis all night.',
      'Potassium is the limit to raising losartan; diet first, then a binder, before giving up the drug that protects.',
    ],
    plans: [
      'Losartan stays, dapagliflozin 10 mg added, no ibuprofen of any kind.',
      'Dietitian for potassium, iron studies, hepatitis B vaccine.',
    ],
    followUps: ['Panel in three weeks, review in three months.', 'Kidney clinic if eGFR falls below 45.'],
  },
  {
    code: 'K21.9',
    name: 'Gastro-oesophageal reflux disease',
    complaints: [
      'with heartburn four nights a week, worse after late dinners',
      'because the omeprazole ran out and it all came back',
    ],
    findings: [
      'Abdomen soft, no epigastric mass, weight steady at {weight} kg.',
      'No anaemia, no melaena by history, teeth without erosion.',
    ],
    reasoning: [
      'No alarm features: swallows well, no weight loss, no bleeding. Rebound after stopping abruptly explains the last week.',
      'Long-standing and over fifty with a smoking history, which is enough to look once with the scope.',
    ],
    plans: [
      'Omeprazole 20 mg before breakfast for eight weeks, then every other day and stop.',
      'Endoscopy requested, head of bed raised, last meal three hours before sleep.',
    ],
    followUps: ['Portal message in eight weeks.', 'Scope team will ring {phone} with a date.'],
  },
];
