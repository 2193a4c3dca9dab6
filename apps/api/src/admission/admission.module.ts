import { Module } from '@nestjs/common';
import { Admission } from './admission.js';

@Module({
  providers: [{ provide: Admission, useFactory: () => new Admission() }],
  exports: [Admission],
})
export class AdmissionModule {}
