import { useIntl } from 'react-intl';
import { Page } from '../../kit/page.js';
import { Empty } from '../../kit/states.js';

export { texts } from './texts.js';

export default function Area() {
  const intl = useIntl();
  return (
    <Page title={intl.formatMessage({ id: 'audit.title' })}>
      <Empty />
    </Page>
  );
}
