import type { AttemptEvent, ControlResultReceived } from '#domain';
import type { Projection } from '../projection.js';

/** The result that staff see of a tool: the one that ended the attempt, else the first incident. The id is the attempt's. */
type ControlResult = Pick<ControlResultReceived['data'], 'action' | 'severity' | 'reasonCode' | 'incidentAt'> & {
  id: number;
  receivedAt: string;
};

const changing = ['ControlResultReceived', 'AttemptRemoved'];

export const controlResultProjection: Projection = {
  table: 'control_results',
  fields: ['id', 'action', 'severity', 'reasonCode', 'incidentAt', 'receivedAt'],
  idOf: ({ type, data }) => (changing.includes(type) ? (data as { attemptId: number }).attemptId : undefined),
  evolve: (
    before: ControlResult | undefined,
    event: ControlResultReceived | Extract<AttemptEvent, { type: 'AttemptRemoved' }>,
  ): ControlResult | undefined => {
    if (event.type === 'AttemptRemoved') return undefined;
    const { attemptId, action, severity, reasonCode, incidentAt, at } = event.data;
    if (before && (before.action === 'terminate' || action === 'flag')) return before;
    return { id: attemptId, action, severity, reasonCode, incidentAt, receivedAt: at };
  },
};
