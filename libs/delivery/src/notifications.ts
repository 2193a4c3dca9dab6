import { Logger } from '@nestjs/common';
import type { CommandBus } from '@nestjs/cqrs';
import type { Clock } from '#clock';
import { ChangeExam } from '#commands';
import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import {
  type AttemptEvent,
  type Effect,
  type Exam,
  type ExamEvent,
  evolveExam,
  isExamEvent,
  ReadyAttempt,
  Refusal,
  releases,
} from '#domain';
import { type EventStore, isImported, type RecordedEvent } from '#event-store';
import { type Provider, ProviderRefused } from '#providers';
import { examById, examForProvider } from '#read-models';
import { isRetiredAtProvider, providersOfLearner, retireAtProvider } from './retirements.js';

const log = new Logger('providers');

/** Each new id is an event. The provider is notified of it and may answer with another new id. */
const maxIdChanges = 5;

export type Dependencies = {
  database: Database;
  events: EventStore;
  commands: CommandBus;
  configuration: Configuration;
  clock: Clock;
};

/** A call that notifies a provider of an event; undefined when the event does not concern it (domain.md §9.11). */
export function notificationOf(
  event: RecordedEvent,
  provider: Provider,
  deps: Dependencies,
): (() => Promise<void>) | undefined {
  if (isImported(event)) return undefined;
  if (isExamEvent(event)) return () => notifyOfExam(event, provider, deps);
  if (event.type === 'LearnerRetired') return () => notifyOfRetirement(event, provider, deps);
  if (event.type === 'AttemptCreated' && provider.makesReady) return () => makeReady(event, provider, deps);
  const { effects = [] } = event.data as { effects?: Effect[] };
  for (const effect of effects)
    if (
      effect.kind === 'provider' &&
      effect.provider === provider.name &&
      effect.attemptExternalId &&
      !effect.confirmed
    ) {
      const { action, examExternalId = null, attemptExternalId } = effect;
      return () => provider.notify(action, examExternalId, attemptExternalId);
    }
  return undefined;
}

/**
 * Whether the provider removed the event's attempt meanwhile: a removal that it confirmed does not wait for earlier
 * notifications (release-6.1.md §2, R1). Nothing else about the attempt concerns it.
 */
export async function isRemovedAtProvider(
  { stream, data }: RecordedEvent,
  { database, configuration }: Dependencies,
): Promise<boolean> {
  const { attemptId } = data as { attemptId?: number };
  if (attemptId === undefined || !releases[configuration.referenceRelease].providerConfirmsRemoval) return false;
  const { rows } = await database.query<{ effects: Effect[] }>(
    `select data->'effects' as effects from events
      where stream = $1 and type = 'AttemptRemoved' and (data->>'attemptId')::bigint = $2`,
    [stream, attemptId],
  );
  return rows.some(({ effects }) => effects.some((effect) => effect.kind === 'provider' && effect.confirmed));
}

/** Whether the provider is notified of the event, as far as the event alone says. */
export const concerns = (event: RecordedEvent, provider: Provider, deps: Dependencies): boolean =>
  notificationOf(event, provider, deps) !== undefined;

/** Acts for a simulated provider, which readies each attempt (domain.md §10.7). */
async function makeReady(
  { data }: RecordedEvent,
  provider: Provider,
  { database, commands, configuration, clock }: Dependencies,
) {
  const { attemptId, examId, userId } = data as Extract<AttemptEvent, { type: 'AttemptCreated' }>['data'];
  const exam = await examById(database, examId);
  if (!exam?.isProctored || (exam.backend || configuration.settings.defaultBackend) !== provider.name) return;
  const origin = { actor: { kind: 'provider', name: provider.name } } as const;
  const ready = new ReadyAttempt({ examId, userId }, { attemptId, at: clock.now() }, origin);
  await commands.execute(ready).catch((error) => {
    if (!(error instanceof Refusal)) throw error; // it was removed meanwhile
  });
}

/** Sends a proctored exam as it is after the event. An exam that is no longer proctored is sent once more (domain.md §6.4). */
async function notifyOfExam(
  event: RecordedEvent & ExamEvent,
  provider: Provider,
  { database, events, commands, configuration, clock }: Dependencies,
) {
  if (event.type === 'ReviewPolicyRemoved') return;
  let before: Exam | null = null;
  let exam: Exam | null = null;
  const history = await events.read(event.stream);
  for (const each of history.slice(0, event.version)) {
    before = exam;
    exam = evolveExam(exam, each as RecordedEvent & ExamEvent);
  }
  if (!exam || (exam.backend || configuration.settings.defaultBackend) !== provider.name) return;
  if (!exam.isProctored && !before?.isProctored) return;
  // The provider's id may have come after the event.
  const externalId = (await examById(database, exam.id))?.externalId ?? null;
  const isActive = exam.isActive && exam.isProctored;
  const name = await provider.examSaved(examForProvider({ ...exam, externalId, isActive }));
  if (!name || name === externalId || !exam.isProctored) return;
  const idChanges = history.filter(
    ({ metadata: { actor } }) => actor.kind === 'provider' && actor.name === provider.name,
  );
  if (idChanges.length >= maxIdChanges) {
    log.warn({
      message: `${provider.name} gives the exam a new id again; the exam keeps its id after ${maxIdChanges} changes.`,
      examId: exam.id,
    });
    return;
  }
  const origin = { actor: { kind: 'provider', name: provider.name } } as const;
  await commands.execute(new ChangeExam(exam.id, { externalId: name }, clock.now(), origin));
}

async function notifyOfRetirement(event: RecordedEvent, provider: Provider, deps: Dependencies) {
  const { userId } = event.data as { userId: number };
  const { defaultBackend } = deps.configuration.settings;
  for (const backend of await providersOfLearner(deps, userId)) {
    if ((backend || defaultBackend) !== provider.name || (await isRetiredAtProvider(deps, backend, userId))) continue;
    if ((await retireAtProvider(deps, backend, userId)) === false)
      throw new ProviderRefused(provider.name, 200, `${provider.verboseName} did not delete the learner.`);
  }
}
