import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database, openReadOnlyPool } from '#connections';

/** Downloads may be slow, so they have connections of their own. These can write nothing. */
@Injectable()
export class Downloads implements OnApplicationShutdown {
  /** For exports that read page by page. */
  readonly pages: Database;
  /** For the log, whose download keeps a connection until its end. */
  readonly log: Database;

  constructor(database: Database) {
    this.pages = openReadOnlyPool(database, 2);
    this.log = openReadOnlyPool(database, 2);
  }

  async onApplicationShutdown() {
    await Promise.all([this.pages.end(), this.log.end()]);
  }
}
