import { FormattedMessage } from 'react-intl';
import { Badge, type Tone } from '../../kit/status-badge.js';

const tones: Record<string, Tone> = {
  setup_started: 'busy',
  onboarding_started: 'busy',
  submitted: 'busy',
  verified: 'good',
  other_course_approved: 'good',
  rejected: 'bad',
  error: 'bad',
  expired: 'warn',
  onboarding_reset_past_due: 'warn',
};

export const OnboardingWord = ({ status }: { status: string | null }) => (
  <FormattedMessage id={`onboarding.word.${status}`} />
);

export function OnboardingBadge({ status }: { status: string | null }) {
  return (
    <Badge tone={tones[status ?? '']}>
      <OnboardingWord status={status} />
    </Badge>
  );
}
