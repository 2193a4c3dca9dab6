import { EventStore } from './1000-event-store.js';
import { Platform } from './2000-platform.js';
import { ReadModels3000000000000 } from './3000-read-models.js';
import { Vendors4000000000000 } from './4000-vendors.js';
import { Mail5000000000000 } from './5000-mail.js';
import { Lists5500000000000 } from './5500-lists.js';
import { Onboarding5600000000000 } from './5600-onboarding.js';
import { Deliveries6000000000000 } from './6000-deliveries.js';
import { RosterTimes7000000000000 } from './7000-roster-times.js';
import { VendorRetirements7100000000000 } from './7100-vendor-retirements.js';
import { Leases8100000000000 } from './8100-leases.js';
import { Generations8200000000000 } from './8200-generations.js';
import { Clock8400000000000 } from './8400-clock.js';
import { RoomForUpdates8410000000000 } from './8410-room-for-updates.js';
import { GroupCommit8500000000000 } from './8500-group-commit.js';
import { IdempotencyKeys8600000000000 } from './8600-idempotency-keys.js';
import { OnboardingPlan8710000000000 } from './8710-onboarding-plan.js';
import { OpenTransactions8720000000000 } from './8720-open-transactions.js';

/** In the order in which they are applied. */
export const migrations = [
  EventStore,
  Platform,
  ReadModels3000000000000,
  Vendors4000000000000,
  Mail5000000000000,
  Lists5500000000000,
  Deliveries6000000000000,
  Onboarding5600000000000,
  RosterTimes7000000000000,
  VendorRetirements7100000000000,
  Leases8100000000000,
  Generations8200000000000,
  Clock8400000000000,
  RoomForUpdates8410000000000,
  GroupCommit8500000000000,
  IdempotencyKeys8600000000000,
  OnboardingPlan8710000000000,
  OpenTransactions8720000000000,
];
