import './audit.css';
import { Route, Switch } from 'wouter';
import { SubPages } from '../../kit/sub-pages.js';
import { useMe } from '../../session/session.js';
import { AccessPage } from './access-page.js';
import { AttemptPage } from './attempt-page.js';
import { LogPage } from './log-page.js';
import { SearchPage } from './search-page.js';
import { WhatIfPage } from './what-if-page.js';

export { texts } from './texts.js';

export default function Audit() {
  const me = useMe();
  const mayReadAccesses = me.is_auditor || me.is_global_staff;
  return (
    <div className="stack">
      <SubPages area="audit" pages={['', ...(mayReadAccesses ? ['access'] : []), 'what-if', 'log']} />
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
