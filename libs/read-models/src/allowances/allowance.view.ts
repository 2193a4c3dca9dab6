import type { AllowanceEvent } from '#domain';
import type { Projection } from '../projection.js';

type AllowanceRow = {
  id: number;
  examId: number;
  userId: number;
  key: string;
  value: string | null;
  sealed: string | null;
  created: string;
  modified: string;
};

export const allowanceProjection: Projection = {
  table: 'allowances',
  fields: ['id', 'examId', 'userId', 'key', 'value', 'sealed', 'created', 'modified'],
  idOf: (event) => (event.type.startsWith('Allowance') ? (event as AllowanceEvent).data.allowanceId : undefined),
  evolve: (row: AllowanceRow | undefined, { type, data }: AllowanceEvent) => {
    if (type === 'AllowanceWithdrawn') return undefined;
    if (type === 'AllowanceBlanked') return { ...row!, value: '', sealed: null, modified: data.at };
    const { allowanceId, examId, userId, key, at, imported } = data;
    const value = 'value' in data ? data.value : null;
    const sealed = 'sealed' in data ? data.sealed : null;
    const times = { created: row?.created ?? at, modified: at, ...imported };
    return { id: allowanceId, examId, userId, key, value, sealed, ...times };
  },
};
