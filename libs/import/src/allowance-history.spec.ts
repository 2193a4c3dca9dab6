import type { AllowanceEvent } from '#domain';
import { allowanceEvents } from './allowance-history.js';
import type { OldAllowance } from './old-rows.js';

const at = (minute: number) => `2031-05-05T12:${String(minute).padStart(2, '0')}:00.000125Z`;

const allowance: OldAllowance = {
  id: 5,
  allowanceId: 5,
  examId: 7,
  userId: 42,
  key: 'additional_time_granted',
  value: '10',
  created: at(0),
  modified: at(0),
};
/** A row of the history is made when its value ends. */
const former = (value: string, ended: string): OldAllowance => ({
  ...allowance,
  value,
  created: ended,
  modified: ended,
});

const eventsOf = (rows: OldAllowance[], row: OldAllowance | undefined, known: readonly AllowanceEvent[] = []) =>
  allowanceEvents({ former: rows, row }, known, ({ key, value }) => ({ key, value })).map(({ event }) => event);
const typesOf = (events: readonly AllowanceEvent[]) => events.map(({ type }) => type);

describe('the events of an old allowance', () => {
  it('are its values, with their times', () => {
    const events = eventsOf([former('10', at(3))], { ...allowance, value: '20', modified: at(3) });
    expect(events.map(({ type, data }) => [type, data.at])).toEqual([
      ['AllowanceGranted', at(0)],
      ['AllowanceChanged', at(3)],
    ]);
  });

  it('end with the withdrawal of an allowance that was saved again between two imports', () => {
    const granted = eventsOf([], allowance);
    const again = eventsOf([former('10', at(3))], { ...allowance, modified: at(3) }, granted);
    expect(typesOf(again)).toEqual(['AllowanceChanged']);
    const known = [...granted, ...again];
    const rows = [former('10', at(3)), former('10', at(6))];
    const withdrawn = eventsOf(rows, undefined, known);
    expect(withdrawn).toEqual([
      { type: 'AllowanceWithdrawn', data: { allowanceId: 5, key: 'additional_time_granted', at: at(6) } },
    ]);
    expect(eventsOf(rows, undefined, [...known, ...withdrawn])).toEqual([]);
  });
});
