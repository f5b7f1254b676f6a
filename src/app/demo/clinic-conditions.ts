import type { Condition } from './clinic-condition.ts';
import { longTermConditions } from './clinic-conditions-long-term.ts';

/** Short illnesses and injuries, and the long-term ones. */
export const conditions: readonly Condition[] = [
  ...longTermConditions,
  {
    code: 'J06.9',
    name: 'Acute upper respiratory infection',
    complaints: [
      'with five days of sore throat, congestion and a dry cough, no fever at home',
      'because the cold that went round the family is now "in the chest", sputum clear',
      'worried about a cough that keeps {them} up at night after a viral week',
    ],
    findings: [
      'T 37.2, SpO2 98% on room air. Pharynx mildly red, no exudate, lungs clear, no nodes.',
      'Afebrile. Nasal mucosa boggy, TMs normal, scattered upper airway noise that clears with coughing.',
    ],
    reasoning: [
      'Centor 1, so strep unlikely and not swabbed. No focal chest signs to suggest pneumonia; viral and self-limited.',
      'Duration under ten days without a second worsening, which argues against bacterial sinusitis. Antibiotics would not help and we talked about why.',
    ],
    plans: [
      'Saline rinses, honey at night, paracetamol 1 g up to three times a day. No antibiotic.',
      'Fluids and rest. Benzonatate 100 mg at night for up to one week.',
    ],
    followUps: ['Call if fever above 38.5, breathlessness, or no better by day ten.', 'No visit needed if it settles.'],
  },
  {
    code: 'N39.0',
    name: 'Urinary tract infection',
    complaints: [
      'with two days of burning and frequency, no flank pain, no vaginal or penile discharge',
      'for dysuria since the weekend; third episode this year',
    ],
    findings: [
      'Afebrile, no CVA tenderness. Dipstick nitrite positive, leukocyte esterase 2+.',
      'Suprapubic tenderness only. Urine cloudy, sent for culture before the first dose.',
    ],
    reasoning: [
      'Uncomplicated cystitis by history and dipstick; no systemic features to suggest an ascending infection.',
      'Recurrent within six months, so culture matters more than the dipstick this time. Last isolate was resistant to trimethoprim.',
    ],
    plans: [
      'Nitrofurantoin 100 mg twice daily for five days with food.',
      'Fosfomycin 3 g once. Culture result to be phoned.',
    ],
    followUps: [
      'Culture in 48 hours; nurse to ring {phone} if the drug does not match.',
      'Return at once with fever or back pain.',
    ],
  },
  {
    code: 'S93.40',
    name: 'Ankle sprain',
    complaints: [
      'limping after turning {their} ankle on the stairs last night',
      'after an inversion injury at five-a-side; heard no crack, could walk off the pitch',
    ],
    findings: [
      'Swelling over the ATFL, no bony tenderness at malleoli, navicular or fifth metatarsal base. Four steps possible.',
      'Bruising laterally, anterior drawer firm, neurovascularly intact.',
    ],
    reasoning: [
      'Ottawa rules negative, so no film today. Grade I to II lateral ligament sprain.',
      'Tenderness is ligamentous and not over bone; a missed Maisonneuve was considered, proximal fibula is not tender.',
    ],
    plans: [
      'Brace, ice, early weight bearing, ibuprofen 400 mg with meals for five days.',
      'Physiotherapy referral for proprioceptive work, work note for three days.',
    ],
    followUps: ['Review in two weeks if still unstable on the stairs.', 'Back sooner if unable to bear weight.'],
  },
  {
    code: 'L20.9',
    name: 'Atopic dermatitis',
    complaints: [
      'for a flare in both elbow creases since the heating came on',
      'with itching that wakes {them}, out of ointment for a month',
    ],
    findings: [
      'Lichenified plaques in the antecubital fossae, no weeping, no crusting.',
      'Dry skin throughout, excoriations on the forearms, no vesicles.',
    ],
    reasoning: [
      'Flare from dryness and a lapse in emollients and not an infection: no honey-coloured crust, no punched-out lesions of eczema herpeticum.',
      'Sleep is the main burden; stepping up for a fixed fortnight is safer than weak steroid for months.',
    ],
    plans: [
      'Betamethasone valerate 0.1% nightly for fourteen days, then weekends; emollient 500 g.',
      'Tacrolimus 0.1% for the face, mometasone to the arms, soap substitute.',
    ],
    followUps: ['Photo through the portal in three weeks.', 'Review at the skin clinic if not clear in a month.'],
  },
  {
    code: 'R51.9',
    name: 'Headache',
    complaints: [
      'about headaches on most working afternoons, band-like, 4/10, for two months',
      'with throbbing right-sided headache and nausea, the third this month, light hurts',
    ],
    findings: [
      'Fundi sharp, fields full, gait and cranial nerves normal, neck supple. BP {pressure}.',
      'No temporal tenderness, jaw opens fully, neurological examination normal.',
    ],
    reasoning: [
      'No red flags: not sudden, not positional, no fever, no weight loss, onset well before fifty. Tension-type, with analgesic overuse on fourteen days a month making it worse.',
      'Meets criteria for migraine without aura. Imaging would not change anything with a normal examination and a stable pattern over years.',
    ],
    plans: [
      'Stop daily paracetamol, headache diary, amitriptyline 10 mg at night.',
      'Sumatriptan 50 mg at onset, at most nine days a month; propranolol 40 mg twice daily discussed.',
    ],
    followUps: [
      'Diary review in six weeks.',
      'To the emergency department for the worst headache of {their} life, weakness or fever.',
    ],
  },
  {
    code: 'Z00.00',
    name: 'Annual wellness visit',
    complaints: ['for the yearly check, no complaints', 'for a physical that the new employer asks for; feels well'],
    findings: [
      'BP {pressure}, BMI {bmi}. Heart and lungs normal, abdomen soft, skin without suspicious naevi.',
      'Vision and hearing adequate, mood fine on PHQ-2, falls screen negative.',
    ],
    reasoning: [
      'Ten-year cardiovascular risk under 7.5%, so no statin by shared decision. Screening is up to date but for colon.',
      'Weight is up four kilograms since last year; drinks two beers most evenings and was surprised how that adds up.',
    ],
    plans: [
      'Influenza and COVID vaccines given today, FIT kit handed out, lipids and HbA1c drawn.',
      'Tdap booster, shingles series started, advance directive form given to take home.',
    ],
    followUps: ['Results by portal within a week.', 'Next wellness visit in twelve months.'],
  },
];
