import { ApiProperty } from '@nestjs/swagger';
import { limits } from '#domain';

const maxLength = limits.text;
const maxItems = limits.comments;
const seconds = { minimum: -limits.id, maximum: limits.id, description: 'Seconds' };

class ReviewComment {
  @ApiProperty({ maxLength }) comment: string;
  @ApiProperty({ maxLength }) status: string;
  @ApiProperty({ type: 'integer', required: false, ...seconds }) start?: number;
  @ApiProperty({ type: 'integer', required: false, ...seconds }) stop?: number;
  @ApiProperty({ type: 'integer', required: false, ...seconds }) duration?: number;
}

/** The REST format (domain.md §8.1). It is only described here; the provider's own code reads it. */
export class ReviewRequest {
  @ApiProperty({ enum: ['passed', 'violation', 'suspicious', 'not_reviewed'] }) status: string;
  @ApiProperty({ type: [ReviewComment], required: false, maxItems }) comments?: ReviewComment[];
  @ApiProperty({ required: false, nullable: true, maxLength: limits.name, description: "A reviewer's e-mail address" })
  reviewed_by?: string;
}

class SoftwareSecureComment {
  @ApiProperty(seconds) eventStart: number;
  @ApiProperty(seconds) eventFinish: number;
  @ApiProperty(seconds) duration: number;
  @ApiProperty({ maxLength }) comments: string;
  @ApiProperty({ maxLength }) eventStatus: string;
}

class SoftwareSecureMetaData {
  @ApiProperty({ maxLength: limits.name, description: "The attempt's code" }) examCode: string;
  @ApiProperty({ maxLength: limits.name, description: 'What Software Secure answered to the registration' })
  ssiRecordLocator: string;
}

/** Software Secure's own format (domain.md §8.1). */
export class SoftwareSecureReview {
  @ApiProperty() examMetaData: SoftwareSecureMetaData;
  @ApiProperty({ enum: ['Clean', 'Rules Violation', 'Suspicious', 'Not Reviewed'] }) reviewStatus: string;
  @ApiProperty({ type: [SoftwareSecureComment], required: false, maxItems }) webCamComments?: SoftwareSecureComment[];
  @ApiProperty({ type: [SoftwareSecureComment], required: false, maxItems }) desktopComments?: SoftwareSecureComment[];
  @ApiProperty({ required: false, maxLength }) videoReviewLink?: string;
}
