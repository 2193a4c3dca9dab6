import { useIntl } from 'react-intl';
import { Page } from '../../kit/page.js';
import { ExamDayActions } from './actions/index.js';

export { texts } from './texts.js';

export default function Area() {
  const intl = useIntl();
  return (
    <Page title={intl.formatMessage({ id: 'exam_day.title' })}>
      <ExamDayActions selection={[]} />
    </Page>
  );
}
