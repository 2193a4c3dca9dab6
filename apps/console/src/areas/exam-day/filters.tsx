import { useAddress } from '../../kit/address.js';
import { Count, CountFilter } from '../../kit/count-filter.js';
import { ExamField } from '../../kit/exam-field.js';
import { TextField } from '../../kit/fields.js';
import { useTexts } from '../../kit/texts.js';
import type { BoardState } from './board.js';
import { groups, type Shown } from './shown-rows.js';

/** Counts by status, which are filters, too; and the other filters. */
export function Filters({ shown: { counts, warned }, exams }: { shown: Shown; exams: BoardState['exams'] }) {
  const say = useTexts();
  const [exam, setExam] = useAddress('exam');
  const [group, setGroup] = useAddress('status');
  const [name, setName] = useAddress('name');
  const [onlyWarned, setOnlyWarned] = useAddress('warned');
  const all = groups.reduce((sum, each) => sum + counts[each], 0);
  const choices = [{ id: '', count: all }, ...groups.map((id) => ({ id: id as string, count: counts[id] }))];
  return (
    <div className="stack-tight">
      <CountFilter label="exam_day.by_status">
        {choices.map(({ id, count }) => (
          <Count key={id} count={count} isPressed={group === id} onPress={() => setGroup(id)}>
            {say(`exam_day.group.${id || 'all'}`)}
          </Count>
        ))}
        <Count
          count={warned}
          isBad={warned > 0}
          isPressed={onlyWarned !== ''}
          onPress={() => setOnlyWarned(onlyWarned ? '' : '1')}
        >
          {say('exam_day.with_warnings')}
        </Count>
      </CountFilter>
      <search className="filters">
        <TextField type="search" label={say('exam_day.search')} value={name} onChange={setName} />
        <ExamField
          exams={exams.map(({ exam_id: id, exam_name }) => ({ id, exam_name }))}
          value={exam}
          onChange={setExam}
        />
      </search>
    </div>
  );
}
