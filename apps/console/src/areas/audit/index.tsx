import './audit.css';
import { FormattedMessage, useIntl } from 'react-intl';
import { Link, Route, Switch, useLocation } from 'wouter';
import { useMe } from '../../session/session.js';
import { AccessPage } from './access-page.js';
import { AttemptPage } from './attempt-page.js';
import { LogPage } from './log-page.js';
import { SearchPage } from './search-page.js';
import { WhatIfPage } from './what-if-page.js';

export { texts } from './texts.js';

export default function Audit() {
  const me = useMe();
  const intl = useIntl();
  const [location] = useLocation();
  const mayReadAccesses = me.is_auditor || me.is_global_staff;
  const pages = ['/audit', ...(mayReadAccesses ? ['/audit/access'] : []), '/audit/what-if', '/audit/log'];
  return (
    <div className="stack">
      <nav className="audit-nav" aria-label={intl.formatMessage({ id: 'audit.pages' })}>
        <ul>
          {pages.map((path) => (
            <li key={path}>
              <Link href={path} aria-current={location === path ? 'page' : undefined}>
                <FormattedMessage id={`audit.page.${path.split('/')[2] ?? 'search'}`} />
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Switch>
        <Route path="/audit">
          <SearchPage />
        </Route>
        <Route path="/audit/attempts/:attemptId">
          {({ attemptId }) => <AttemptPage key={attemptId} attemptId={Number(attemptId)} />}
        </Route>
        {mayReadAccesses && (
          <Route path="/audit/access">
            <AccessPage />
          </Route>
        )}
        <Route path="/audit/what-if">
          <WhatIfPage />
        </Route>
        <Route path="/audit/log">
          <LogPage />
        </Route>
      </Switch>
    </div>
  );
}
