import { Badge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';

export function ActiveBadge({ isActive }: { isActive: boolean }) {
  const say = useTexts();
  return <Badge tone={isActive ? 'good' : 'idle'}>{say(isActive ? 'exams.active' : 'exams.inactive')}</Badge>;
}
