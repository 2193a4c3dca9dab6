import { ApiProperty } from '@nestjs/swagger';

class ReviewComment {
  @ApiProperty() comment: string;
  @ApiProperty() status: string;
  @ApiProperty({ type: 'integer', required: false, description: 'Seconds' }) start?: number;
  @ApiProperty({ type: 'integer', required: false, description: 'Seconds' }) stop?: number;
  @ApiProperty({ type: 'integer', required: false, description: 'Seconds' }) duration?: number;
}

/** The REST format (domain.md §8.1). Each provider brings its own into this form, so it is described here and read there. */
export class ReviewRequest {
  @ApiProperty({ enum: ['passed', 'violation', 'suspicious', 'not_reviewed'] }) status: string;
  @ApiProperty({ type: [ReviewComment], required: false }) comments?: ReviewComment[];
  @ApiProperty({ required: false, nullable: true, description: "A reviewer's e-mail address" })
  reviewed_by?: string;
}

class SoftwareSecureComment {
  @ApiProperty({ description: 'Seconds' }) eventStart: number;
  @ApiProperty({ description: 'Seconds' }) eventFinish: number;
  @ApiProperty({ description: 'Seconds' }) duration: number;
  @ApiProperty() comments: string;
  @ApiProperty() eventStatus: string;
}

class SoftwareSecureMetaData {
  @ApiProperty({ description: "The attempt's code" }) examCode: string;
  @ApiProperty({ description: 'What Software Secure answered to the registration' }) ssiRecordLocator: string;
}

/** Software Secure's own format (domain.md §8.1); it is read by the provider. */
export class SoftwareSecureReview {
  @ApiProperty() examMetaData: SoftwareSecureMetaData;
  @ApiProperty({ enum: ['Clean', 'Rules Violation', 'Suspicious', 'Not Reviewed'] }) reviewStatus: string;
  @ApiProperty({ type: [SoftwareSecureComment], required: false }) webCamComments?: SoftwareSecureComment[];
  @ApiProperty({ type: [SoftwareSecureComment], required: false }) desktopComments?: SoftwareSecureComment[];
  @ApiProperty({ required: false }) videoReviewLink?: string;
}
