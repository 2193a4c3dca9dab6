import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AnonymousReviewsController } from './anonymous-reviews.controller.js';
import { CallbackSenders } from './callback-senders.js';
import { ReviewOutcomesController } from './review-outcomes.controller.js';
import { ReviewsController } from './reviews.controller.js';

@Module({
  imports: [CommandsModule],
  controllers: [ReviewsController, AnonymousReviewsController, ReviewOutcomesController],
  providers: [CallbackSenders],
})
export class ReviewsModule {}
