import { type Happening, type LearnerAtExamEvent, type Role, timelineOf } from '#domain';
import type { RecordedEvent } from '#event-store';
import type { Disclosure } from './disclosures.js';

/** A line of the timeline that a committee reads. */
export type TimelineRow = { version: number; at: string; what: string; by: string };

const sentences: Record<Happening, string> = {
  created: 'The attempt was created.',
  blocked: 'The attempt was created. It waited for the onboarding of the learner.',
  software_clicked: 'The software of the provider was requested.',
  readied: 'The set-up was complete.',
  started: 'The exam began, and the clock started.',
  continued: 'The exam went on.',
  stopped: 'The exam was ended, and not yet handed in.',
  handed_in: 'The exam was handed in.',
  time_ran_out: 'The time was over, and the exam was handed in as it was.',
  went_back: 'The running exam was left, and so it was handed in.',
  timed_out: 'The time was over.',
  declined: 'The exam was taken without proctoring.',
  errored: 'The exam ended with an error.',
  reviewed: 'A review of the session arrived.',
  second_review_required: 'A person had to look at the session.',
  verified: 'The attempt was verified. It counts as proctored.',
  rejected: 'The attempt was rejected. It does not count as proctored.',
  corrected: 'The status of the attempt was corrected.',
  ready_to_resume: 'The exam could be taken up again.',
  resumed: 'Another attempt took up this exam.',
  reset: 'The practice exam was begun again.',
  acknowledged: 'The learner saw the result.',
  removed: 'The attempt was removed.',
  appealed: 'The learner appealed.',
  appeal_upheld: 'The appeal was upheld.',
  appeal_dismissed: 'The appeal was dismissed.',
  extra_time_given: 'Extra time was given.',
  extra_time_taken_back: 'Extra time was taken back.',
  paused: 'The exam was paused, and the clock stood still.',
  pause_ended: 'The pause ended, and the clock went on.',
  message_sent: 'A message was sent to the learner.',
};

const roles: Record<Role, string> = {
  learner: 'the learner',
  staff: 'staff',
  provider: 'the proctoring provider',
  operator: 'an operator',
  platform: 'the learning platform',
  service: 'the exam service',
};

/** `own` are the events of the attempt. Events that the timeline of learners leaves out have their type as text. */
export const timelineRows = (
  attemptId: number,
  own: readonly RecordedEvent[],
  disclosures: readonly Disclosure[],
): TimelineRow[] =>
  own.map((event) => {
    const { version, type, data, metadata } = event as RecordedEvent<LearnerAtExamEvent>;
    const [entry] = timelineOf([event as RecordedEvent<LearnerAtExamEvent>], attemptId);
    const { actor } = metadata;
    const person = actor.kind === 'user' ? ` (user ${actor.userId})` : '';
    return {
      version,
      at: entry?.at ?? data.at,
      what: `${entry ? sentences[entry.what] : `${type}.`}${reasonIn(data, version, disclosures)}`,
      by: `${entry ? roles[entry.by] : actor.kind}${person}`,
    };
  });

function reasonIn(data: object, version: number, disclosures: readonly Disclosure[]): string {
  if (!('sealed' in data)) return '';
  const disclosed = disclosures.find((each) => each.version === version);
  if (!disclosed) return ' Its text is encrypted and is not in this bundle.';
  return disclosed.text === null ? ' Its text cannot be read any more.' : ` Text: ${disclosed.text}`;
}
