import { Module } from '@nestjs/common';
import { BrowserLockController } from './browser-lock.controller.js';
import { ConsoleController } from './console.controller.js';
import { CsrfController } from './csrf.controller.js';
import { FrontPageController } from './front-page.controller.js';

@Module({ controllers: [BrowserLockController, ConsoleController, CsrfController, FrontPageController] })
export class BrowsersModule {}
