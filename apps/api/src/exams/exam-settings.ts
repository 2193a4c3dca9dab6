import { Injectable } from '@nestjs/common';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { Refusal } from '#domain';
import { providerOf, UnknownProvider } from '#providers';
import { examById } from '#read-models';
import { escalationEmail } from '#roster';
import { refused } from '../http/http-answer.js';

/** The language that the browser prefers. */
const languageOf = (accepted: string) => /^\s*([a-z]{2,3}(-[a-z0-9]{2,8})*)/i.exec(accepted)?.[1]?.toLowerCase();

/** An exam's provider and whom to ask for help (rest-api.md §5.20). */
@Injectable()
export class ExamSettings {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  /** @throws Refusal exam_not_found */
  async of(examId: string, acceptedLanguage = '') {
    const exam = await examById(this.database, examId);
    if (!exam) throw new Refusal('exam_not_found', `Attempted to get exam_id=${examId}, but this exam does not exist.`);
    const { settings } = this.configuration;
    const common = {
      platform_name: settings.platformName,
      contact_us: settings.contactEmail,
      link_urls: Object.keys(settings.linkUrls).length > 0 ? settings.linkUrls : null,
    };
    if (!exam.isProctored) return { ...common, exam_proctoring_backend: {} };
    const provider = this.provider(exam.backend);
    return {
      ...common,
      exam_proctoring_backend: await provider.config(languageOf(acceptedLanguage) ?? settings.languageCode),
      provider_tech_support_email: provider.techSupportEmail,
      provider_tech_support_phone: provider.techSupportPhone,
      provider_name: provider.verboseName,
      learner_notification_from_email: provider.learnerNotificationFromEmail,
      integration_specific_email: provider.integrationSpecificEmail || settings.contactEmail,
      proctoring_escalation_email: await escalationEmail(this.database, exam.courseId),
    };
  }

  /** An unknown provider is the operator's mistake here, so the status is 500 (rest-api.md §5.20). */
  private provider(backend: string | null) {
    try {
      return providerOf(this.configuration.settings, backend);
    } catch (error) {
      throw error instanceof UnknownProvider ? refused(500, error.message) : error;
    }
  }
}
