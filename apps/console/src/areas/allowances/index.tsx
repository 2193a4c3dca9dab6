import './allowances.css';
import { Route, Switch } from 'wouter';
import { AddAllowances } from './add-allowances.js';
import { AllowanceList } from './allowance-list.js';

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
