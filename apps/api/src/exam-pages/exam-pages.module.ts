import { Module } from '@nestjs/common';
import { ExamPagesController } from './exam-pages.controller.js';

@Module({ controllers: [ExamPagesController] })
export class ExamPagesModule {}
