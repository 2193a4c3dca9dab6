import './operations.css';
import type { ComponentType } from 'react';
import { Route, Switch } from 'wouter';
import { SubPages } from '../../kit/sub-pages.js';
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
  return (
    <div className="stack">
      <SubPages area="operations" pages={Object.keys(pages)} />
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
