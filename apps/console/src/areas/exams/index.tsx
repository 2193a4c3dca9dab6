import './exams.css';
import { Route, Switch } from 'wouter';
import { ExamList } from './exam-list.js';
import { ExamPage } from './exam-page.js';
import { OutcomesPage } from './outcomes-page.js';

export { texts } from './texts.js';

const area = '/courses/:courseId/exams';

export default function Exams() {
  return (
    <Switch>
      <Route path={area}>
        <ExamList />
      </Route>
      <Route path={`${area}/outcomes`}>
        <OutcomesPage />
      </Route>
      <Route path={`${area}/:examId`}>
        {({ examId }: { examId: string }) => <ExamPage key={examId} examId={Number(examId)} />}
      </Route>
    </Switch>
  );
}
