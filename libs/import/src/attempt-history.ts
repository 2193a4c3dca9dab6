import {
  type Attempt,
  type AttemptEvent,
  evolveAttempt,
  type ImportedFields,
  isOnboardingError,
  type OnboardingError,
  type Status,
} from '#domain';
import { actorOf, type ImportedEvent, sortable } from './imported-event.js';
import type { OldAttempt, Recorded } from './old-rows.js';

/** An attempt's history in the old database, and its row there unless it was removed. */
export type OldAttemptRows = {
  id: number;
  history: readonly Recorded<OldAttempt>[];
  row: OldAttempt | undefined;
  /** The learner's next attempt at the exam, which resumed this one if it was resumed. */
  nextId: number | undefined;
};

type Change = { row: OldAttempt; userId: number | null };

/** The events after `known`, which is the attempt as the log has it. Their fold equals the row. */
export function attemptEvents(
  { id, history, row, nextId }: OldAttemptRows,
  known: Attempt | undefined,
): ImportedEvent<AttemptEvent>[] {
  const list = new AttemptEvents(known, nextId ?? id);
  const later = history.filter(
    (each) => !each.isDeletion && (!known || sortable(each.row.modified) > sortable(known.modified)),
  );
  for (const change of later) list.add(change);
  if (row) list.add({ row, userId: null });
  else list.remove(history.find(({ isDeletion }) => isDeletion) ?? history.at(-1));
  return list.events;
}

class AttemptEvents {
  readonly events: ImportedEvent<AttemptEvent>[] = [];
  /** The attempt before the newest event, and after it. */
  private before?: Attempt;

  constructor(
    private attempt: Attempt | undefined,
    private readonly resumedBy: number,
  ) {}

  /** The events of a change of the row. The last one has the fields to which the events alone would not lead. */
  add({ row, userId }: Change): void {
    const actor = actorOf(userId);
    const first = this.events.length;
    if (!this.attempt) this.push({ event: creationOf(row), actor });
    if (this.attempt!.status !== row.status) this.push({ event: statusEventOf(row, this.attempt!), actor });
    for (const event of flagEventsOf(row, this.attempt!, this.resumedBy)) this.push({ event, actor });
    const imported = differenceOf(this.attempt!, row);
    if (Object.keys(imported).length === 0) return;
    // A save that changes no status and no mark has no event of its own: its fields go to the event before.
    if (this.events.length === first && first === 0) this.push({ event: unchangedStatus(row), actor });
    this.completeLast(imported);
  }

  remove(deletion: Recorded<OldAttempt> | undefined): void {
    if (!this.attempt || !deletion) return;
    const data = { attemptId: this.attempt.id, at: deletion.at, effects: [], because: 'staff' as const };
    this.push({ event: { type: 'AttemptRemoved', data }, actor: actorOf(deletion.userId) });
  }

  private push(imported: ImportedEvent<AttemptEvent>) {
    this.events.push(imported);
    this.before = this.attempt;
    this.attempt = evolveAttempt(this.attempt, imported.event);
  }

  private completeLast(fields: ImportedFields) {
    const { event, actor } = this.events.pop()!;
    const imported = { ...('imported' in event.data ? event.data.imported : {}), ...fields };
    this.attempt = this.before;
    this.push({ event: { ...event, data: { ...event.data, imported } } as AttemptEvent, actor });
  }
}

const differenceOf = (attempt: Attempt, row: OldAttempt): ImportedFields =>
  Object.fromEntries(Object.entries(row).filter(([field, value]) => attempt[field as keyof OldAttempt] !== value));

const creationOf = (row: OldAttempt): AttemptEvent => {
  const { id: attemptId, examId, userId, attemptCode, externalId, takingAsProctored, isSampleAttempt } = row;
  const { reviewPolicyId, timeRemainingSeconds, created: at } = row;
  const status: OnboardingError | 'created' = isOnboardingError(row.status)
    ? (row.status as OnboardingError)
    : 'created';
  const ids = { attemptId, examId, userId, attemptCode, externalId, reviewPolicyId };
  const data = { ...ids, status, takingAsProctored, isSampleAttempt, timeRemainingSeconds, at, effects: [] };
  return { type: 'AttemptCreated', data };
};

const simpleEvents = {
  download_software_clicked: 'SoftwareDownloadClicked',
  ready_to_start: 'AttemptReadied',
  ready_to_submit: 'AttemptStopped',
  timed_out: 'AttemptTimedOut',
  declined: 'AttemptDeclined',
  error: 'AttemptErrored',
  second_review_required: 'SecondReviewRequired',
  verified: 'AttemptVerified',
  rejected: 'AttemptRejected',
} as const satisfies { [S in Status]?: AttemptEvent['type'] };

type Simple = keyof typeof simpleEvents;

const statusEventOf = (row: OldAttempt, { startedAt, id: attemptId }: Attempt): AttemptEvent => {
  const { status, modified: at } = row;
  const change = { attemptId, at, effects: [] };
  if (status === 'started' && startedAt !== null) return { type: 'AttemptContinued', data: change };
  if (status === 'started') return { type: 'AttemptStarted', data: { ...change, allowed: allowedOf(row) } };
  if (status === 'submitted') {
    const data = { ...change, completedAt: row.completedAt ?? at, because: becauseOf(row) };
    return { type: 'AttemptSubmitted', data };
  }
  if (status === 'onboarding_reset') return { type: 'PracticeAttemptReset', data: { attemptId, at } };
  return status in simpleEvents
    ? { type: simpleEvents[status as Simple], data: change }
    : { type: 'AttemptStatusOverridden', data: { ...change, status } };
};

/** The old database keeps the minutes, and not what they follow from. */
const allowedOf = ({ allowedTimeLimitMins }: OldAttempt) => {
  const minutes = allowedTimeLimitMins ?? 0;
  return { minutes, limitMinutes: minutes, additionalMinutes: 0, carriedSeconds: null, dueAt: null };
};

/** An attempt that timed out was completed at the last instant of its time (domain.md §4.4). */
const becauseOf = ({ startedAt, completedAt, allowedTimeLimitMins }: OldAttempt): 'time_ran_out' | 'handed_in' => {
  if (startedAt === null || completedAt === null) return 'handed_in';
  const expiry = Date.parse(startedAt) + (allowedTimeLimitMins ?? 0) * 60_000;
  return Date.parse(completedAt) === expiry ? 'time_ran_out' : 'handed_in';
};

const flagEventsOf = (row: OldAttempt, attempt: Attempt, resumedBy: number): AttemptEvent[] => {
  const mark = { attemptId: row.id, at: row.modified };
  const events: AttemptEvent[] = [];
  if (row.readyToResume && !attempt.readyToResume) events.push({ type: 'AttemptMarkedReadyToResume', data: mark });
  if (row.resumed && !attempt.resumed) events.push({ type: 'AttemptResumed', data: { ...mark, resumedBy } });
  if (row.isStatusAcknowledged && !attempt.isStatusAcknowledged)
    events.push({ type: 'ReviewStatusAcknowledged', data: mark });
  return events;
};

const unchangedStatus = ({ id: attemptId, status, modified: at }: OldAttempt): AttemptEvent => ({
  type: 'AttemptStatusOverridden',
  data: { attemptId, at, effects: [], status },
});
