import { Module } from '@nestjs/common';
import { CallbacksCommand } from './callbacks/callbacks.command.js';
import { ConsoleCommand } from './console/console.command.js';
import { DeadLettersCommand } from './dead-letters/dead-letters.command.js';
import { DemoCommand } from './demo/demo.command.js';
import { ImportCommand } from './import/import.command.js';
import { PublishFromCommand } from './kafka/publish-from.command.js';
import { ReconcileCommand } from './kafka/reconcile.command.js';
import { TopicsCommand } from './kafka/topics.command.js';
import { AdoptLogCommand } from './operators/adopt-log.command.js';
import {
  ResetAttemptsCommand,
  SetAttemptStatusCommand,
  SetIsAttemptActiveCommand,
  UpdateAttemptsForExamCommand,
  UpdateStatusFromReviewCommand,
} from './operators/attempts.commands.js';
import { CheckDisclosuresCommand } from './operators/check-disclosures.command.js';
import { ErasureCertificateCommand } from './operators/erasure-certificate.command.js';
import { EvidenceCommand } from './operators/evidence.command.js';
import { LeadersCommand } from './operators/leaders.command.js';
import { RetireLogKeyCommand, RevokeLogKeyCommand, RotateLogKeyCommand } from './operators/log-keys.commands.js';
import { MigrateCommand } from './operators/migrate.command.js';
import { ObscuredIdsCommand } from './operators/obscured-ids.command.js';
import { ReplayCommand } from './operators/replay.command.js';
import { RetireUserCommand } from './operators/retire-user.command.js';
import { RewrapCommand } from './operators/rewrap.command.js';
import { VerifyCommand } from './operators/verify.command.js';
import { WhatIfCommand } from './operators/what-if.command.js';
import { RebuildCommand } from './rebuild/rebuild.command.js';
import { TokenCommand } from './token/token.command.js';

/** Operators run `npm run ops -- <command>`. Frequent commands have a script, such as `npm run token`. */
@Module({
  providers: [
    TokenCommand,
    RebuildCommand,
    ConsoleCommand,
    DemoCommand,
    DeadLettersCommand,
    CallbacksCommand,
    ResetAttemptsCommand,
    SetAttemptStatusCommand,
    SetIsAttemptActiveCommand,
    UpdateStatusFromReviewCommand,
    UpdateAttemptsForExamCommand,
    ObscuredIdsCommand,
    RetireUserCommand,
    RewrapCommand,
    RotateLogKeyCommand,
    RetireLogKeyCommand,
    RevokeLogKeyCommand,
    ErasureCertificateCommand,
    EvidenceCommand,
    CheckDisclosuresCommand,
    ReplayCommand,
    WhatIfCommand,
    VerifyCommand,
    LeadersCommand,
    TopicsCommand,
    ReconcileCommand,
    PublishFromCommand,
    MigrateCommand,
    AdoptLogCommand,
    ImportCommand,
  ],
})
export class CliModule {}
