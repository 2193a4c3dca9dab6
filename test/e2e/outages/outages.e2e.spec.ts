import { sitThroughOutages } from './outages.js';

it('learners poll and submit during five kinds of outages of the database', () => sitThroughOutages([3]), 180_000);
