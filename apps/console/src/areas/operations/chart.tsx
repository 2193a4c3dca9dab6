import { useCallback, useMemo } from 'react';
import type UPlot from 'uplot';
import { type ChartOptions, LineChart } from '../../kit/line-chart.js';
import type { History, Measure } from './queries.js';

const colours = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'];

/** One line for each subscription. */
export default function Chart({ history, measure, label }: { history: History; measure: Measure; label: string }) {
  const data = useMemo(() => dataOf(history, measure), [history, measure]);
  const optionsOf = useCallback((colourOf: ColourOf) => optionsFor(history, colourOf), [history]);
  return <LineChart label={label} className="operations-chart" height={280} data={data} optionsOf={optionsOf} />;
}

type ColourOf = (property: string) => string;

function optionsFor({ from, until, subscriptions }: History, colourOf: ColourOf): ChartOptions {
  const axis = { stroke: colourOf('--text-quiet'), grid: { stroke: colourOf('--line'), width: 1 } };
  const locale = document.documentElement.lang;
  return {
    axes: [
      {
        ...axis,
        values: (_, ticks) =>
          ticks.map((seconds) =>
            new Date(seconds * 1000).toLocaleString(locale, { weekday: 'short', hour: '2-digit', minute: '2-digit' }),
          ),
        space: 90,
      },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((value) => value.toLocaleString(locale)) },
    ],
    scales: {
      x: { range: [Date.parse(from) / 1000, Date.parse(until) / 1000] },
      // Events are counted in whole numbers.
      y: { range: (_, _least, most) => [0, Math.max(5, most * 1.1)] },
    },
    series: [
      { value: (_, seconds) => (seconds == null ? '–' : new Date(seconds * 1000).toLocaleString(locale)) },
      ...subscriptions.map(({ subscription }, index) => ({
        label: subscription,
        stroke: colourOf(colours[index % colours.length]!),
        width: 2,
        spanGaps: false,
        points: { show: subscriptions[index]!.spans.length < 3 },
      })),
    ],
  };
}

/** A span without records is null, so that the line has a gap. */
function dataOf({ spans, subscriptions, step_seconds: step }: History, measure: Measure): UPlot.AlignedData {
  const secondsOf = (at: string) => Date.parse(at) / 1000;
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last) return [[]];
  const count = Math.round((secondsOf(last.at) - secondsOf(first.at)) / step) + 1;
  const times = Array.from({ length: count }, (_, index) => secondsOf(first.at) + index * step);
  const lines = subscriptions.map(({ spans: found }) => {
    const values = new Map(found.map((span) => [secondsOf(span.at), span[measure]]));
    return times.map((at) => values.get(at) ?? null);
  });
  return [times, ...lines];
}
