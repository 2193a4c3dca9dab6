import './operations.css';
import type { ComponentType } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { Link, Route, Switch, useLocation } from 'wouter';
import { Callbacks } from './callbacks.js';
import { DeadLetterPage } from './dead-letter.js';
import { DeadLetters } from './dead-letters.js';
import { Deliveries } from './deliveries.js';
import { Health } from './health.js';
import { Overview } from './overview.js';
import { Providers } from './providers.js';
import { Settings } from './settings.js';
import { Subscriptions } from './subscriptions.js';

export { texts } from './texts.js';

const pages: Record<string, ComponentType> = {
  '': Overview,
  subscriptions: Subscriptions,
  'dead-letters': DeadLetters,
  callbacks: Callbacks,
  deliveries: Deliveries,
  providers: Providers,
  health: Health,
  settings: Settings,
};

export default function Operations() {
  const intl = useIntl();
  const [location] = useLocation();
  const at = location.split('/')[2] ?? '';
  return (
    <div className="stack">
      <nav className="operations-pages" aria-label={intl.formatMessage({ id: 'operations.pages' })}>
        <ul>
          {Object.keys(pages).map((page) => (
            <li key={page}>
              <Link href={page ? `/operations/${page}` : '/operations'} aria-current={page === at ? 'page' : undefined}>
                <FormattedMessage id={`operations.page.${page || 'overview'}`} />
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Switch>
        <Route path="/operations/dead-letters/:eventId">
          {({ eventId }) => <DeadLetterPage key={eventId} eventId={eventId} />}
        </Route>
        {Object.entries(pages).map(([page, Content]) => (
          <Route key={page} path={page ? `/operations/${page}` : '/operations'}>
            <Content />
          </Route>
        ))}
      </Switch>
    </div>
  );
}
