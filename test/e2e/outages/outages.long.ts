import { sitThroughOutages } from './outages.js';

// Five kinds of outages, two minutes together.
it('learners poll and submit through two minutes of outages', () => sitThroughOutages([2, 5, 17]), 600_000);
