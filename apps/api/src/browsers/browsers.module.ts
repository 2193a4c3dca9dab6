import { Module } from '@nestjs/common';
import { ConsoleController } from './console.controller.js';
import { CsrfController } from './csrf.controller.js';
import { FrontPageController } from './front-page.controller.js';
import { MissingExtensionController } from './missing-extension.controller.js';

@Module({ controllers: [MissingExtensionController, ConsoleController, CsrfController, FrontPageController] })
export class BrowsersModule {}
