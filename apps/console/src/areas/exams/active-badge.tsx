import { FormattedMessage } from 'react-intl';
import { Badge } from '../../kit/status-badge.js';

export function ActiveBadge({ isActive }: { isActive: boolean }) {
  return (
    <Badge tone={isActive ? 'good' : 'idle'}>
      <FormattedMessage id={isActive ? 'exams.active' : 'exams.inactive'} />
    </Badge>
  );
}
