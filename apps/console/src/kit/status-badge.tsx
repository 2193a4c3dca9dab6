import type { ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'idle';

export function Badge({ tone = 'idle', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

const tones: Record<string, Tone> = {
  ready_to_start: 'busy',
  started: 'busy',
  ready_to_submit: 'busy',
  submitted: 'idle',
  timed_out: 'warn',
  second_review_required: 'warn',
  verified: 'good',
  rejected: 'bad',
  error: 'bad',
  onboarding_failed: 'bad',
};

/** A status of an attempt, in words. */
export function StatusBadge({ status }: { status: string }) {
  return (
    <Badge tone={tones[status]}>
      <FormattedMessage id={`status.${status}`} defaultMessage={status} />
    </Badge>
  );
}
