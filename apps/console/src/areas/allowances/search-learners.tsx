import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '../../api/client.js';
import { DataTable, Pages } from '../../kit/data-table.js';
import { LearnerName, nameOf } from '../../kit/learner-name.js';
import { SearchField } from '../../kit/search-field.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { useCourse } from '../../shell/course.js';

type Props = { ticked: ReadonlyMap<string, string>; onTick: (ticked: ReadonlyMap<string, string>) => void };

/** Finds learners of the course. Ticks stay while the search changes. `ticked` has names for people by user name. */
export function SearchLearners({ ticked, onTick }: Props) {
  const courseId = useCourse();
  const say = useTexts();
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(1);
  const query = useQuery({
    queryKey: ['learners', courseId, search, page],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/exams/v1/courses/{courseId}/learners', {
          signal,
          params: { path: { courseId }, query: { search: search || undefined, page } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const change = (text: string) => {
    setSearch(text);
    setPage(1);
  };
  return (
    <div className="stack">
      <SearchField
        label={say('allowances.search')}
        placeholder={say('allowances.search_hint')}
        value={search}
        onChange={change}
        // The form of the step would go on.
        onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      />
      <Loaded query={query} isEmpty={({ count }) => count === 0} empty={say('allowances.nobody_found')}>
        {({ results, page: shown, pages }) => (
          <>
            <DataTable
              label={say('allowances.found')}
              columns={[
                {
                  id: 'learner',
                  header: 'allowances.learner',
                  cell: ({ learner }) => <LearnerName learner={learner} />,
                  isRowHeader: true,
                },
                { id: 'mode', header: 'allowances.mode', cell: ({ enrollment_mode }) => enrollment_mode },
              ]}
              rows={results}
              keyOf={({ learner }) => learner.username}
              nameOf={({ learner }) => nameOf(learner)}
              selected={new Set<string | number>(ticked.keys())}
              onSelect={(selected) => {
                const names = new Map(results.map(({ learner }) => [learner.username, nameOf(learner)]));
                const all = [...selected].map((key) => String(key));
                onTick(new Map(all.map((key) => [key, names.get(key) ?? ticked.get(key) ?? key])));
              }}
            />
            <Pages page={shown} pages={pages} onPage={setPage} />
          </>
        )}
      </Loaded>
      {ticked.size > 0 && (
        <div className="row">
          <span className="small">
            {[...ticked.values()].slice(0, 20).join(', ')}
            {ticked.size > 20 && ' …'}
          </span>
          <button type="button" className="compact" onClick={() => onTick(new Map())}>
            {say('allowances.clear')}
          </button>
        </div>
      )}
    </div>
  );
}
