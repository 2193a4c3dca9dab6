import type { Shape } from '../../api/client.js';
import { Count, CountFilter } from '../../kit/count-filter.js';
import { useTexts } from '../../kit/texts.js';
import { OnboardingWord } from './onboarding-badge.js';

type Props = {
  counts: readonly Shape<'OnboardingCount'>[];
  status: string;
  onStatus: (status: string) => void;
};

const order = [
  'not_started',
  'setup_started',
  'onboarding_started',
  'submitted',
  'verified',
  'other_course_approved',
  'rejected',
  'error',
  'expired',
  'onboarding_reset_past_due',
];

/** How many learners have each status. A press shows only these. */
export function StatusFilter({ counts, status, onStatus }: Props) {
  const say = useTexts();
  const learners = counts.reduce((sum, count) => sum + count.learners, 0);
  const shown = counts
    .filter((count) => count.status !== null)
    .sort((one, other) => order.indexOf(one.status!) - order.indexOf(other.status!));
  const all = [{ status: '', learners }, ...shown.map((count) => ({ ...count, status: count.status! }))];
  return (
    <CountFilter label="onboarding.statuses">
      {all.map((count) => (
        <Count
          key={count.status}
          count={count.learners}
          isPressed={status === count.status}
          onPress={() => onStatus(count.status)}
        >
          {count.status ? <OnboardingWord status={count.status} /> : say('kit.all')}
        </Count>
      ))}
    </CountFilter>
  );
}
