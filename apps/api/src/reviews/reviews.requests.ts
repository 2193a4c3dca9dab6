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
