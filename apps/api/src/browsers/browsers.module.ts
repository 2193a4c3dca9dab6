import { Module } from '@nestjs/common';
import { CsrfController } from './csrf.controller.js';
import { FrontPageController } from './front-page.controller.js';

@Module({ controllers: [CsrfController, FrontPageController] })
export class BrowsersModule {}
