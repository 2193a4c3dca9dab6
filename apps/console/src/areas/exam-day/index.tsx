import { useTexts } from '../../kit/texts.js';
import './exam-day.css';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { FormattedMessage } from 'react-intl';
import { useAddress } from '../../kit/address.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { Page } from '../../kit/page.js';
import { Empty, Failed, Loading } from '../../kit/states.js';
import { courseApi, useCourse } from '../../shell/course.js';
import { ExamDayActions } from './actions/index.js';
import { useAnnouncement } from './announcement.js';
import { BoardTable } from './board-table.js';
import { ConnectionState } from './connection-state.js';
import { Filters } from './filters.js';
import { shownOf } from './shown-rows.js';
import { useBoard, usePeriod } from './use-board.js';

export { texts } from './texts.js';

export default function ExamDay() {
  const say = useTexts();
  const courseId = useCourse();
  const { board, connection, retry, version } = useBoard(courseId);
  const [exam] = useAddress('exam');
  const [group] = useAddress('status');
  const [name] = useAddress('name');
  const [warned] = useAddress('warned');
  const [sort, setSort] = useAddress('sort');
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const select = useCallback(
    (attemptIds: readonly number[], isSelected: boolean) =>
      setSelected((before) => {
        const after = new Set(before);
        for (const id of attemptIds) isSelected ? after.add(id) : after.delete(id);
        return after;
      }),
    [],
  );
  const period = usePeriod(5);
  useEffect(() => {
    if (period) board.removeOld();
  }, [board, period]);
  // The board is changed in place, and warnings come with time: so it depends on `version` and `period`, too.
  const shown = useMemo(
    () => shownOf(board, { exam, group, name, onlyWarned: warned !== '', sort }),
    [board, version, period, exam, group, name, warned, sort],
  );
  const announcement = useAnnouncement(board);
  const title = say('exam_day.title');
  if (connection.is === 'failed')
    return (
      <Page title={title}>
        <Failed error={connection.error} retry={retry} />
      </Page>
    );
  if (board.position === '')
    return (
      <Page title={title}>
        <Loading />
      </Page>
    );
  return (
    <Page
      title={title}
      actions={
        <>
          <ConnectionState connection={connection} retry={retry} />
          <ExportCsv path={courseApi(courseId, 'running-attempts')} />
        </>
      }
    >
      {board.state.clock_warning !== null && (
        <p className="banner warn" role="status">
          {say('exam_day.clock_warning')}
        </p>
      )}
      <Filters shown={shown} exams={board.state.exams} />
      <ExamDayActions
        selection={[...selected].flatMap((id) => board.rows.get(id) ?? [])}
        exam={board.state.exams.find(({ exam_id }) => String(exam_id) === exam)}
      />
      {shown.rows.length > 0 ? (
        <BoardTable
          rows={shown.rows}
          aheadMs={board.aheadMs}
          sort={sort || 'left'}
          onSort={(next) => setSort(next === 'left' ? '' : next)}
          selected={selected}
          onSelect={select}
        />
      ) : (
        <Empty>{say(board.rows.size === 0 ? 'exam_day.nobody_runs' : 'exam_day.none_found')}</Empty>
      )}
      <p className="visually-hidden" role="status">
        {announcement && <FormattedMessage id="exam_day.announcement" values={announcement} />}
      </p>
    </Page>
  );
}
