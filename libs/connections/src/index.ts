export { abortable, currentSignal, unabortable } from './abortable.js';
export { streamWithClient, withClient } from './clients.js';
export { connectMs, hourMs, longMs, openClient, poolSettings, sessionLimits } from './connection.js';
export { Database, openPool, openReadOnlyPool } from './database.js';
export { fetchWhole } from './http.js';
export { type Outage, outageOf } from './outage.js';
export { countedPage, type PageOf } from './pages.js';
