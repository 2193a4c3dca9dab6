import { lazy, Suspense } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useAddress } from '../../kit/address.js';
import { DataTable } from '../../kit/data-table.js';
import { SelectField } from '../../kit/fields.js';
import { Page } from '../../kit/page.js';
import { Loaded, Loading } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { type History, type Measure, measures, useHealth } from './queries.js';

const Chart = lazy(() => import('./chart.js'));

const spans = ['1', '6', '24', '72', '168'];
const isMeasure = (text: string): text is Measure => measures.some((measure) => measure === text);

/** Health in the last hours, as the worker recorded it. */
export function Health() {
  const say = useTexts();
  const [[givenHours, setHours], [givenMeasure, setMeasure]] = [useAddress('hours'), useAddress('measure')];
  const hours = spans.includes(givenHours) ? givenHours : '24';
  const measure = isMeasure(givenMeasure) ? givenMeasure : 'oldest_waiting_seconds';
  return (
    <Page title={say('operations.page.health')}>
      <p className="quiet">{say('operations.health_what')}</p>
      <search className="filters">
        <SelectField
          label={say('operations.period')}
          value={hours}
          onChange={setHours}
          options={spans.map((value) => ({ value, label: say(`operations.hours.${value}`) }))}
        />
        <SelectField
          label={say('operations.measure')}
          value={measure}
          onChange={setMeasure}
          options={measures.map((value) => ({ value, label: say(`operations.measure.${value}`) }))}
        />
      </search>
      <Loaded
        query={useHealth(Number(hours))}
        isEmpty={({ spans: found }) => found.length === 0}
        empty={say('operations.no_health')}
      >
        {(history) => (
          <>
            <Problems history={history} />
            <figure className="card stack-tight">
              <figcaption className="quiet">{say(`operations.measure.${measure}`)}</figcaption>
              <Suspense fallback={<Loading />}>
                <Chart history={history} measure={measure} label={say(`operations.measure.${measure}`)} />
              </Suspense>
            </figure>
            <Summary history={history} measure={measure} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** The times when requests could not be served, and those without records. */
function Problems({ history: { spans: found, step_seconds } }: { history: History }) {
  const say = useTexts();
  const bad = found.filter(({ minutes_not_ready }) => minutes_not_ready > 0);
  const gaps = found.flatMap(({ at }, index) => {
    const next = found[index + 1]?.at;
    return next && Date.parse(next) - Date.parse(at) > 1.5 * step_seconds * 1000 ? [{ from: at, until: next }] : [];
  });
  if (bad.length === 0 && gaps.length === 0) return <p className="banner good">{say('operations.always_ready')}</p>;
  return (
    <ul className="plain-list stack-tight operations-findings">
      {bad.map(({ at, problem, minutes_not_ready }) => (
        <li key={at} className="banner bad">
          <Time at={at} />: {problem} {say('operations.minutes', { count: minutes_not_ready })}
        </li>
      ))}
      {gaps.map(({ from, until }) => (
        <li key={from} className="banner warn">
          <FormattedMessage
            id="operations.gap"
            values={{ from: <Time key="from" at={from} />, until: <Time key="until" at={until} /> }}
          />
        </li>
      ))}
    </ul>
  );
}

/** The chart in figures, for those who cannot see it. */
function Summary({ history, measure }: { history: History; measure: Measure }) {
  const intl = useIntl();
  const say = useTexts();
  const rows = history.subscriptions.map(({ subscription, spans: found }) => {
    const values = found.map((span) => span[measure]);
    const most = Math.max(...values);
    return { subscription, most, last: values.at(-1) ?? 0, at: found[values.indexOf(most)]?.at ?? null };
  });
  const shown = (value: number) => intl.formatNumber(value, { maximumFractionDigits: 0 });
  return (
    <DataTable
      label={say(`operations.measure.${measure}`)}
      rows={rows}
      keyOf={({ subscription }) => subscription}
      columns={[
        { id: 'name', header: 'operations.subscription', cell: ({ subscription }) => subscription, isRowHeader: true },
        { id: 'most', header: 'operations.most', cell: ({ most }) => shown(most), isNumber: true },
        { id: 'at', header: 'operations.most_at', cell: ({ at, most }) => (most > 0 ? <Time at={at} /> : '–') },
        { id: 'last', header: 'operations.last', cell: ({ last }) => shown(last), isNumber: true },
      ]}
    />
  );
}
