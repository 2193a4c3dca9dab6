import { Route, Switch } from 'wouter';
import { OwnAttemptList } from './own-attempt-list.js';
import { OwnAttemptPage } from './own-attempt-page.js';

export { texts } from './texts.js';

export default function MyExams() {
  return (
    <Switch>
      <Route path="/my-exams">
        <OwnAttemptList />
      </Route>
      <Route path="/my-exams/:attemptId">
        {({ attemptId }: { attemptId: string }) => <OwnAttemptPage attemptId={Number(attemptId)} />}
      </Route>
    </Switch>
  );
}
