import { Injectable } from '@nestjs/common';
import { FactFinder, learnerAtExamOf, learnerAtExamStream } from '#commands';
import { Configuration } from '#configuration';
import {
  allowedMinutesOf,
  allowedTimeOf,
  type ExamType,
  examTypeOf,
  type Facts,
  humanizedMinutes,
  isReadyToResume,
  isSettingUp,
  remainingSeconds,
  roundHalfEven,
} from '#domain';
import { EventStore } from '#event-store';
import { type Provider, providerOf } from '#providers';
import type { AttemptRecord } from '#read-models';
import { links } from '../http/links.js';

const phrases: Record<ExamType, string> = {
  timed: 'a timed exam',
  onboarding: 'an onboarding exam',
  practice: 'a practice exam',
  proctored: 'a proctored exam',
};

/** The timer object of a learner's attempt (rest-api.md §3.6). */
@Injectable()
export class Timer {
  constructor(
    private readonly configuration: Configuration,
    private readonly facts: FactFinder,
    private readonly events: EventStore,
  ) {}

  async of(attempt: AttemptRecord, at: string, isLearningMfe: boolean) {
    const { settings } = this.configuration;
    const { exam } = attempt;
    const provider = exam.isProctored ? providerOf(settings, exam.backend) : undefined;
    const seconds = remainingSeconds(attempt, at);
    const fixed = allowedMinutesOf(attempt);
    const total = await this.minutesOf(attempt, at);
    return {
      in_timed_exam: true,
      taking_as_proctored: attempt.takingAsProctored,
      exam_type: phrases[examTypeOf(exam, provider?.supportsOnboarding ?? false)],
      exam_display_name: exam.examName,
      exam_url_path: links.exam(settings, exam.courseId, exam.contentId, isLearningMfe),
      time_remaining_seconds: seconds,
      total_time: humanizedMinutes(total),
      low_threshold_sec: Math.trunc(settings.lowThresholdPct * (fixed ?? 0) * 60),
      critically_low_threshold_sec: Math.trunc(settings.criticallyLowThresholdPct * (fixed ?? 0) * 60),
      course_id: exam.courseId,
      attempt_id: attempt.id,
      external_id: attempt.externalId,
      accessibility_time_string: `you have ${humanizedMinutes(roundHalfEven(seconds / 60))} remaining`,
      attempt_status: attempt.status,
      exam_started_poll_url: links.attempt(attempt.id),
      attempt_ready_to_resume: isReadyToResume(attempt),
      use_legacy_attempt_api: true,
      desktop_application_js_url: provider?.javascriptUrl() ?? '',
      ...(provider && { ping_interval: provider.pingInterval, attempt_code: attempt.attemptCode }),
      ...(provider &&
        isSettingUp(attempt.status) && {
          software_download_url: (await guidanceFor(attempt, provider, settings.languageCode)).downloadUrl,
        }),
    };
  }

  /** The minutes that the attempt got. Before a start, and before a resumption, the minutes of a start now. */
  async minutesOf(attempt: AttemptRecord, at: string): Promise<number> {
    const fixed = allowedMinutesOf(attempt);
    return !fixed || isReadyToResume(attempt) ? this.minutesNow(attempt, at) : fixed;
  }

  /** The minutes that this learner would get when starting the exam now (domain.md §3.5). */
  async minutesNow(learner: { examId: number; userId: number }, at: string, known?: Facts): Promise<number> {
    const facts = known ?? (await this.facts.of(learner.examId, learner.userId));
    const stream = learnerAtExamStream(learner);
    const history = (await this.events.latest([stream])).get(stream)!;
    return allowedTimeOf(learnerAtExamOf(history), facts, at).minutes;
  }
}

/** The provider's texts for a learner who sets up. Null: the provider has no such text. */
export async function guidanceFor(
  { exam, externalId }: AttemptRecord,
  provider: Provider,
  language: string,
): Promise<{ instructions: unknown; downloadUrl: unknown }> {
  const guidance = externalId ? await provider.guidance(exam.externalId, externalId, language) : undefined;
  return {
    instructions: guidance?.instructions ?? null,
    downloadUrl: guidance?.download_url ?? (await provider.downloadUrl(language)) ?? null,
  };
}
