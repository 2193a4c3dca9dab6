import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database, openReadOnlyPool } from '#connections';

/** Downloads may be slow, so they have connections of their own. These can write nothing. */
@Injectable()
export class Downloads implements OnApplicationShutdown {
  readonly database: Database;

  constructor(database: Database) {
    this.database = openReadOnlyPool(database, 2);
  }

  onApplicationShutdown() {
    return this.database.end();
  }
}
