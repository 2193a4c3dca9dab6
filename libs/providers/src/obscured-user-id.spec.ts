import { obscuredUserId } from './obscured-user-id.js';

describe("a learner's id at a provider", () => {
  it.each([
    [32432455, [], '9b82efd5d28f1a170b23b8f648c3093e75a0a0ca'],
    [1, ['test'], '6b07fdd45ffd07736868fdd478cc7a882324a10a'],
    [1, [null], '22a3c155a032af4c65c4dbc5964ed2b7d473b419'],
  ])('of user %d with %j is the same as in the reference', (userId, extra, expected) => {
    expect(obscuredUserId(userId, 'SHHHHHH', ...extra)).toBe(expected);
  });
});
