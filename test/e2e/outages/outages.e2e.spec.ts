import { sitThroughOutages } from './outages.js';

it('learners poll and submit while the database goes away in five ways', () => sitThroughOutages([3]), 180_000);
