/** What the application gives to the handlers: the one pool of database connections, and the configuration. */
export const POOL = 'POOL';
export const CONFIGURATION = 'CONFIGURATION';
