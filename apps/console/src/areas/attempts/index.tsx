import './attempts.css';
import { Route, Switch } from 'wouter';
import { AppealQueue } from './appeal-queue.js';
import { AttemptList } from './attempt-list.js';
import { AttemptPage } from './attempt-page.js';

export { texts } from './texts.js';

export default function Attempts() {
  return (
    <Switch>
      <Route path="/courses/:courseId/attempts/appeals">
        <AppealQueue />
      </Route>
      <Route path="/courses/:courseId/attempts/:attemptId">
        {({ attemptId }) => <AttemptPage key={attemptId} attemptId={Number(attemptId)} />}
      </Route>
      <Route>
        <AttemptList />
      </Route>
    </Switch>
  );
}
