import { specOf } from '../testing.js';
import { learner } from './learner.js';

const given = specOf(learner);
const data = { userId: 42, at: '2031-05-05T12:00:00.000Z' };
const retire = { type: 'RetireLearner', data } as const;
const retired = { type: 'LearnerRetired', data } as const;

it('a learner is retired once', () => {
  given().when(retire).then(retired);
  given(retired).when(retire).then();
});
