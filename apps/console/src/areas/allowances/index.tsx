import './allowances.css';
import { Route, Switch } from 'wouter';
import { AddAllowances } from './add.js';
import { AllowanceList } from './list.js';

export { texts } from './texts.js';

export default function Allowances() {
  return (
    <Switch>
      <Route path="/courses/:courseId/allowances/add">
        <AddAllowances />
      </Route>
      <Route>
        <AllowanceList />
      </Route>
    </Switch>
  );
}
