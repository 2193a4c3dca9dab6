import { Module } from '@nestjs/common';
import { ConsoleController } from './console.controller.js';
import { CsrfController } from './csrf.controller.js';
import { FrontPageController } from './front-page.controller.js';

@Module({ controllers: [ConsoleController, CsrfController, FrontPageController] })
export class BrowsersModule {}
