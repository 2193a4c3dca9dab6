import { Logger } from '@nestjs/common';
import type { Configuration } from '#configuration';
import {
  attemptsToRemove,
  needsConfirmation,
  providerIdsOf,
  type RemoveAllAttempts,
  type RemoveAttempt,
} from '#domain';
import type { EventStore } from '#event-store';
import { ProviderRefused, providerOf } from '#providers';
import { latestLearnerAtExam } from '../streams.js';

const log = new Logger('removals');

/**
 * Has the provider remove the attempts before they are removed here, one by one (release-6.1.md §2, R1). The command gets
 * those that the provider confirmed. The first failure ends it. Answers whether all were confirmed. It is safe to repeat: a
 * provider that no longer knows an attempt confirms its removal. A dry run asks no provider.
 */
export async function confirmRemovals(
  { settings }: Configuration,
  events: EventStore,
  command: RemoveAttempt | RemoveAllAttempts,
): Promise<boolean> {
  const state = await latestLearnerAtExam(events, command.learner);
  const attempts = attemptsToRemove(state, command).filter((each) => needsConfirmation(each, command));
  if (events.isDryRun) {
    command.confirmed = attempts.map(({ id }) => id);
    return true;
  }
  for (const attempt of attempts) {
    const { provider, examExternalId, attemptExternalId } = providerIdsOf(attempt, command.facts)!;
    try {
      await providerOf(settings, provider).notify('remove', examExternalId, attemptExternalId);
    } catch (error) {
      if (!(error instanceof ProviderRefused)) throw error;
      const { message, status: providerStatus } = error;
      log.warn({ message, attemptId: attempt.id, provider, providerStatus });
      return false;
    }
    command.confirmed = [...command.confirmed, attempt.id];
  }
  return true;
}
