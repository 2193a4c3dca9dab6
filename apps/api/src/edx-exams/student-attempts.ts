import { Injectable } from '@nestjs/common';
import { AttemptTimeouts } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { generationOf } from '#domain';
import { type AttemptRecord, generationById } from '#read-models';
import { links } from '../http/links.js';
import { studentAttemptJson } from './student-attempt.answers.js';

/** Shows learners their attempts at the exams of LTI tools. */
@Injectable()
export class StudentAttempts {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly timeouts: AttemptTimeouts,
  ) {}

  /** The attempt after its deadline if that is over. */
  seen(attempt: AttemptRecord | undefined, at: string): Promise<AttemptRecord | undefined> {
    return attempt ? this.timeouts.submitIfOverdue(attempt, at) : Promise.resolve(undefined);
  }

  /** An attempt keeps the name and the type of the generation in which it began. */
  async jsonOf(attempt: AttemptRecord, at: string) {
    const generation = (await generationById(this.database, generationOf(attempt)))!;
    const { courseId, contentId } = generation;
    const url = links.exam(this.configuration.settings, courseId, contentId, true);
    return studentAttemptJson(attempt, generation, { at, url });
  }
}
