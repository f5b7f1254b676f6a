import type { Condition } from './clinic-condition.ts';
import { filler } from './clinic-notes.ts';
import type { Person } from './clinic-people.ts';
import type { Draw } from './draw.ts';

export interface DrawnMessage {
  readonly fromPatient: boolean;
  readonly subject: string;
  readonly body: string;
}

/** One message of the portal, from the patient or to them. */
export function drawMessage(draw: Draw, person: Person, condition: Condition, provider: string): DrawnMessage {
  const fill = filler(draw, person);
  const fromPatient = draw.chance(0.6);
  const thread = draw.pick(fromPatient ? fromPatients : fromProviders);
  const salutation = draw.pick(
    fromPatient
      ? [`Dear ${provider}`, 'Hello', 'Hi there', 'To whoever reads this']
      : ['Dear {Title} {Last}', 'Hello {First}', 'Hi {First}'],
  );
  const farewell = fromPatient
    ? draw.pick(['Thank you, {Full}', '{First} {Last}, {phone}', 'Best, {First}', 'Thanks - {relativeName} for {Full}'])
    : draw.pick([provider, `${provider}, by the nurse`, 'Your care team']);
  const sentences = [draw.pick(thread.starts), draw.pick(thread.ends)].map((line) =>
    line.replaceAll('{problem}', condition.name.toLowerCase()),
  );
  return { fromPatient, subject: thread.subject, body: fill(`${salutation},\n${sentences.join(' ')}\n${farewell}`) };
}

interface Thread {
  readonly subject: string;
  readonly starts: readonly string[];
  readonly ends: readonly string[];
}

const fromPatients: readonly Thread[] = [
  {
    subject: 'Refill',
    starts: [
      'I am down to four tablets of what you gave me for the {problem} and the pharmacy says there are no refills left.',
      'The pharmacy on Canal Street closed. Could you send everything to the one by the station from now on?',
      'My {relation} picked up the wrong strength, the label says half of what we agreed on.',
    ],
    ends: [
      'I leave on Friday, so sooner would be better.',
      'You can reach me at {phone} until six.',
      'If it is easier call {relativeName} on {relativePhone}.',
    ],
  },
  {
    subject: 'Question about a result',
    starts: [
      'The portal shows one number in red and I could not sleep over it. Is it the {problem} again?',
      'It says "flag: H" next to my potassium. My {relation} looked it up and now we are both worried.',
    ],
    ends: [
      'Should I stop any of the tablets until we talk?',
      'I fasted as you said, but I did have coffee with milk.',
      'Please call me at {phone}, not at work.',
    ],
  },
  {
    subject: 'New symptom',
    starts: [
      'Since the new dose I feel dizzy when I get up, twice I had to hold on to the sink.',
      'The rash is back, smaller, on both arms this time. I can send a photo.',
      'The swelling is down, but the cough started the same week as the tablet for the {problem}.',
    ],
    ends: [
      'No fever, I checked.',
      'It is not an emergency, {relativeName} says I should write anyway.',
      'Is that expected, or should I come in?',
    ],
  },
  {
    subject: 'Appointment',
    starts: [
      'I have to move next week, they changed my shift.',
      'My ride fell through for Tuesday. Is a video visit possible for the {problem} check?',
    ],
    ends: [
      'Any morning is fine.',
      'My {relation} {relativeName} can bring me on Thursdays.',
      'Please confirm to {phone} by text.',
    ],
  },
];

const fromProviders: readonly Thread[] = [
  {
    subject: 'Your results',
    starts: [
      'your kidney numbers are where they were in the spring, which for {problem} is good news.',
      'the culture grew something that the tablet does not cover, so I have sent another one to your pharmacy.',
      'the sugar average is down by almost a point. That is your doing, not the tablet alone.',
    ],
    ends: [
      'Please repeat the blood test in two weeks, no need to fast.',
      'We tried {phone} twice. Call back when you can.',
      'Nothing else changes until we meet.',
    ],
  },
  {
    subject: 'Plan after your visit',
    starts: [
      'as we said today: half a tablet for the first week, then a whole one, and write down the readings.',
      'I spoke with {relativeName} as you asked, and the referral for the {problem} is on its way.',
    ],
    ends: [
      'If you get breathless or the pain moves, do not write here, call.',
      'Bring the box and the diary to the next visit.',
      'You may share this with {relativeName}; consent is on file.',
    ],
  },
  {
    subject: 'Missed visit',
    starts: [
      'we missed you this morning and hope that all is well.',
      'you were booked for the {problem} review at nine and we could not reach you at {phone}.',
    ],
    ends: [
      'The desk will hold Thursday at ten for you until tomorrow noon.',
      'If transport was the trouble, tell us; there is a form for that.',
    ],
  },
];
