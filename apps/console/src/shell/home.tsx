import { FormattedMessage, useIntl } from 'react-intl';
import { Link } from 'wouter';
import { Page } from '../kit/page.js';
import { useMe } from '../session/session.js';

export function Home({ areas }: { areas: readonly { path: string; address: string }[] }) {
  const me = useMe();
  const intl = useIntl();
  return (
    <Page title={intl.formatMessage({ id: 'shell.welcome' }, { name: me.name || me.username })}>
      <h2>
        <FormattedMessage id="shell.your_areas" />
      </h2>
      <ul className="cards area-cards">
        {areas.map(({ path, address }) => (
          <li key={path}>
            <Link href={address} className="card">
              <strong>
                <FormattedMessage id={`area.${path}`} />
              </strong>
              <span className="quiet">
                <FormattedMessage id={`area.${path}.what`} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
