import { useState } from 'react';
import { ApiError } from '../api/client.js';
import { ConsequenceBadge } from './consequence-badge.js';
import { Count, CountFilter } from './count-filter.js';
import { DataTable, Pages } from './data-table.js';
import { Confirm, Dialog } from './dialog.js';
import { ExamField } from './exam-field.js';
import { ExportCsv } from './export-csv.js';
import { Fact } from './facts.js';
import { SelectField, TextArea, TextField, Tick } from './fields.js';
import { LearnerName } from './learner-name.js';
import { useNotice } from './notices.js';
import { Page } from './page.js';
import { SearchField } from './search-field.js';
import { Empty, Failed, Loading } from './states.js';
import { Badge, StatusBadge } from './status-badge.js';
import { Timeline } from './timeline.js';
import { durationOf, Time, TimeAgo } from './times.js';

const statuses = ['started', 'verified', 'rejected', 'second_review_required', 'submitted'];
const rows = [
  { id: 1, name: 'Ada Lovelace', left: 3_725, status: 'started' },
  {
    id: 2,
    name: 'A learner whose name is longer than the column in which it stands on a small screen',
    left: 61,
    status: 'ready_to_submit',
  },
];

/** Every component, for those who build pages. Its words are not translated. */
export default function Gallery() {
  const [text, setText] = useState('');
  const [isTicked, setTicked] = useState(true);
  const [open, setOpen] = useState<'dialog' | 'confirm'>();
  const [selected, setSelected] = useState<ReadonlySet<string | number>>(new Set([2]));
  const [sort, setSort] = useState('name');
  const [page, setPage] = useState(2);
  const notify = useNotice();
  const close = () => setOpen(undefined);
  return (
    <Page title="Kit" actions={<button type="button">Action</button>}>
      <h2>Buttons</h2>
      <div className="buttons">
        <button type="button" className="primary" onClick={() => notify('Done.', () => notify('Undone.'))}>
          Primary, shows a notice
        </button>
        <button type="button" onClick={() => setOpen('dialog')}>
          Opens a dialog
        </button>
        <button type="button" className="danger" onClick={() => setOpen('confirm')}>
          Dangerous, asks first
        </button>
        <button type="button" disabled>
          Disabled
        </button>
        <button type="button" className="compact">
          Compact
        </button>
        <button type="button" className="plain">
          Plain
        </button>
        <ExportCsv path="/api/audit/v1/access" />
      </div>
      <h2>Fields</h2>
      <div className="cards">
        <TextField label="Text" value={text} onChange={setText} hint="A hint" />
        <TextField label="Wrong text" value={text} onChange={setText} error="An error in one sentence." />
        <SelectField label="Choice" value="a" onChange={() => {}} options={[{ value: 'a', label: 'First' }]} />
        <TextArea label="Long text" value={text} onChange={setText} />
        <Tick label="A tick" checked={isTicked} onChange={setTicked} />
      </div>
      <h2>Filters</h2>
      <CountFilter label="shell.areas">
        <Count count={12_345} isPressed onPress={() => {}}>
          Running
        </Count>
        <Count count={3} isBad isPressed={false} onPress={() => {}}>
          With warnings
        </Count>
      </CountFilter>
      <search className="filters">
        <SearchField label="Search that waits for a rest" value={text} onChange={setText} />
        <ExamField exams={[{ id: 1, exam_name: 'Midterm' }]} value="" onChange={() => {}} />
      </search>
      <h2>Names, facts and a timeline</h2>
      <div className="cards">
        <div className="card">
          <LearnerName learner={{ id: 7, username: 'ada', email: 'ada@example.org', full_name: 'Ada Lovelace' }} />
        </div>
        <dl className="card facts">
          <Fact name="kit.exam">Midterm</Fact>
          <Fact name="shell.course">Demonstration</Fact>
        </dl>
        <div className="card">
          <Timeline
            entries={[
              { at: '2031-05-04T10:00:00Z', event: 'started', by: 'the learner', what: 'The exam began.', words: null },
              { at: '2031-05-04T11:00:00Z', event: 'appealed', by: 'the learner', what: 'An appeal.', words: 'Why?' },
            ]}
          />
        </div>
      </div>
      <h2>Badges and times</h2>
      <div className="row">
        {statuses.map((status) => (
          <StatusBadge key={status} status={status} />
        ))}
        <Badge tone="warn">Warning</Badge>
        <ConsequenceBadge state="done" />
        <Time at="2031-05-04T10:00:00Z" />
        <TimeAgo at={new Date(Date.now() - 90_000).toISOString()} />
      </div>
      <h2>Table</h2>
      <DataTable
        label="Learners"
        columns={[
          { id: 'name', header: 'Learner', cell: ({ name }) => name, isSortable: true, isRowHeader: true },
          { id: 'left', header: 'Time left', cell: ({ left }) => durationOf(left), isNumber: true, isSortable: true },
          { id: 'status', header: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
        ]}
        rows={rows}
        keyOf={({ id }) => id}
        nameOf={({ name }) => name}
        sort={sort}
        onSort={setSort}
        selected={selected}
        onSelect={setSelected}
      />
      <Pages page={page} pages={3} onPage={setPage} />
      <h2>States</h2>
      <div className="cards">
        <div className="card">
          <Loading />
        </div>
        <div className="card">
          <Empty>Nobody takes an exam now.</Empty>
        </div>
        <div className="card">
          <Failed error={new ApiError(503, 'The database is busy. Please try again.')} retry={() => {}} />
        </div>
      </div>
      <p className="banner good">A banner that says something good.</p>
      <p className="banner warn">A banner that warns.</p>
      <p className="banner bad">A banner that says what is wrong.</p>
      {open === 'dialog' && (
        <Dialog title="A dialog" close={close}>
          Its content.
        </Dialog>
      )}
      {open === 'confirm' && (
        <Confirm title="Remove the attempt?" action="Remove" isDangerous confirm={close} close={close}>
          <p>Ada Lovelace loses her attempt. She can start the exam again.</p>
        </Confirm>
      )}
    </Page>
  );
}
