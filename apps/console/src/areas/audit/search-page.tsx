import { useInfiniteQuery } from '@tanstack/react-query';
import { useIntl } from 'react-intl';
import { Link } from 'wouter';
import { api, type Shape, unwrap } from '../../api/client.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { useMe } from '../../session/session.js';
import { ActorName, Facts, Raw, Sentence } from './event-parts.js';
import { attemptOf, type LogEvent } from './events.js';
import { type Filter, Filters, useFilters } from './filters.js';
import { More } from './more.js';
import { eventTypes } from './texts.js';

export function SearchPage() {
  const intl = useIntl();
  const say = useTexts();
  const types = eventTypes
    .map((type) => ({ value: type, label: intl.formatMessage({ id: `audit.event.${type}`, defaultMessage: type }) }))
    .sort((one, other) => one.label.localeCompare(other.label));
  const filters: Filter[] = [
    { name: 'attempt_id', kind: 'number' },
    { name: 'user_id', kind: 'number' },
    { name: 'exam_id', kind: 'number' },
    { name: 'course_id' },
    { name: 'type', options: [{ value: '', label: say('kit.all') }, ...types] },
    { name: 'actor' },
    { name: 'request_id' },
    { name: 'from', kind: 'time' },
    { name: 'until', kind: 'time' },
  ];
  const asked = useFilters(filters);
  const query = useInfiniteQuery({
    queryKey: ['log search', asked],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/audit/v1/events/search', { params: { query: { ...asked, ...pageParam } as object } }),
      ) as Promise<Shape<'FoundEvents'>>,
    initialPageParam: {},
    getNextPageParam: ({ next }) => (next === null ? undefined : { after: next }),
  });
  const label = say('audit.page.first');
  return (
    <Page title={label} actions={<ExportCsv path="/api/audit/v1/events/search" query={asked} />}>
      <Filters filters={filters} label={label} />
      <Loaded query={query} isEmpty={({ pages }) => pages[0]?.results.length === 0} empty={say('audit.nothing_found')}>
        {({ pages }) => (
          <>
            <ol className="plain-list stack-tight audit-events" aria-label={say('audit.events')}>
              {pages
                .flatMap(({ results }) => results)
                .map((event) => (
                  <FoundEvent key={event.id} event={event} />
                ))}
            </ol>
            <More query={query} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function FoundEvent({ event }: { event: LogEvent }) {
  const say = useTexts();
  const me = useMe();
  const attempt = attemptOf(event);
  const { actor, requestId, courseId } = event.metadata;
  return (
    <li className="card stack-tight">
      <div className="row spread">
        <strong>
          <Sentence type={event.type} />
        </strong>
        <Time at={event.recordedAt} />
      </div>
      <p className="row small">
        {attempt !== undefined && (
          <Link href={`/audit/attempts/${attempt}?version=${event.version}`}>
            {say('audit.attempt', { id: String(attempt) })}
          </Link>
        )}
        <span>
          {say('audit.by')} <ActorName actor={actor} />
        </span>
        {courseId && <span className="quiet audit-long">{courseId}</span>}
        {requestId && (me.is_auditor || me.is_global_staff) && (
          <Link href={`/audit/access?request_id=${encodeURIComponent(requestId)}`}>{say('audit.request')}</Link>
        )}
      </p>
      <Facts event={event} />
      <Raw value={event} />
    </li>
  );
}
