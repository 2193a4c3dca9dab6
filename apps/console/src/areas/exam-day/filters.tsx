import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import { useAddress } from '../../kit/address.js';
import { SelectField, TextField } from '../../kit/fields.js';
import type { BoardState } from './board.js';
import { groups, type Shown } from './shown-rows.js';

/** Counts by status, which are filters, too; and the other filters. */
export function Filters({ shown: { counts, warned }, exams }: { shown: Shown; exams: BoardState['exams'] }) {
  const intl = useIntl();
  const [exam, setExam] = useAddress('exam');
  const [group, setGroup] = useAddress('status');
  const [name, setName] = useAddress('name');
  const [onlyWarned, setOnlyWarned] = useAddress('warned');
  const all = groups.reduce((sum, each) => sum + counts[each], 0);
  const choices = [{ id: '', count: all }, ...groups.map((id) => ({ id: id as string, count: counts[id] }))];
  return (
    <div className="stack-tight">
      <fieldset className="board-counts">
        <legend className="visually-hidden">
          <FormattedMessage id="exam_day.by_status" />
        </legend>
        {choices.map(({ id, count }) => (
          <button key={id} type="button" aria-pressed={group === id} onClick={() => setGroup(id)}>
            <strong>
              <FormattedNumber value={count} />
            </strong>
            <FormattedMessage id={`exam_day.group.${id || 'all'}`} />
          </button>
        ))}
        <button
          type="button"
          className={warned > 0 ? 'has-warnings' : undefined}
          aria-pressed={onlyWarned !== ''}
          onClick={() => setOnlyWarned(onlyWarned ? '' : '1')}
        >
          <strong>
            <FormattedNumber value={warned} />
          </strong>
          <FormattedMessage id="exam_day.with_warnings" />
        </button>
      </fieldset>
      <div className="board-filters">
        <TextField type="search" label={<FormattedMessage id="exam_day.search" />} value={name} onChange={setName} />
        <SelectField
          label={<FormattedMessage id="exam_day.exam" />}
          value={exam}
          onChange={setExam}
          options={[
            { value: '', label: intl.formatMessage({ id: 'exam_day.all_exams' }) },
            ...exams.map(({ exam_id, exam_name }) => ({ value: String(exam_id), label: exam_name })),
          ]}
        />
      </div>
    </div>
  );
}
