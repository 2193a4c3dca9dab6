import { Logger } from '@nestjs/common';
import { type Configuration, lmsAddressOf, userObfuscationKeyOf } from '#configuration';
import type { Database } from '#connections';
import { allowedTimeOf, type LearnerAtExam, type NewAttemptCommand, type Registration } from '#domain';
import { decryptFor, fieldAtExam } from '#learner-keys';
import { obscuredUserId, providerOf } from '#providers';
import { examById, examJson } from '#read-models';
import { creditState, verifiedName } from '#roster';
import { rememberRegistration } from './orphaned-registrations.js';

const log = new Logger('registrations');
const policyException = 'review_policy_exception';

/** Registers an attempt and its learner with the provider (domain.md §3.3, §3.4). */
export const register = async (
  database: Database,
  configuration: Configuration,
  state: LearnerAtExam,
  command: NewAttemptCommand,
): Promise<Registration> => {
  const { learner, facts, attempt } = command;
  const { backend, courseId, isPracticeExam } = facts.exam;
  const { settings } = configuration;
  const exception = state.allowances.find(({ key }) => key === policyException);
  const [exam, credit, name, reviewPolicyException] = await Promise.all([
    examById(database, learner.examId),
    creditState(database, learner.userId, courseId),
    verifiedName(database, learner.userId),
    exception?.sealed
      ? decryptFor(database, learner.userId, exception.sealed, fieldAtExam(learner, 'allowance'))
      : undefined,
  ]);
  const context = {
    lms_host: lmsAddressOf(settings),
    time_limit_mins: allowedTimeOf(state, facts, command.data.at).minutes,
    attempt_code: attempt.code,
    is_sample_attempt: isPracticeExam,
    user_id: obscuredUserId(learner.userId, userObfuscationKeyOf(configuration), backend),
    full_name: name ?? credit?.profile_fullname ?? '',
    email: credit?.student_email ?? null,
    ...(exam!.reviewPolicy === null ? {} : { review_policy: exam!.reviewPolicy }),
    ...(reviewPolicyException ? { review_policy_exception: reviewPolicyException } : {}),
  };
  const provider = providerOf(settings, backend);
  const remember = async (registered: NonNullable<Registration>) => {
    if (provider.wantsNotifications && 'externalId' in registered && registered.externalId)
      await rememberRegistration(database, {
        provider: provider.name,
        examExternalId: exam!.externalId,
        attemptExternalId: registered.externalId,
      });
  };
  const registration = await provider.register(examJson(exam!), context, attempt.id, command.data.at, (late) => {
    log.warn(`${provider.name} registered an attempt after the time limit; the registration will be removed.`);
    remember(late).catch((error) =>
      log.error(`A late registration with ${provider.name} cannot be removed: ${error.message}`),
    );
  });
  await remember(registration);
  return registration;
};
