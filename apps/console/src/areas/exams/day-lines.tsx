import { useCallback, useMemo } from 'react';
import { useIntl } from 'react-intl';
import UPlot from 'uplot';
import { type ChartOptions, LineChart } from '../../kit/line-chart.js';

export type DayCounts = { day: string; submitted: number; reviewed: number };

/** Two lines over days: submitted, and reviewed (dashed). */
export default function DayLines({ label, days }: { label: string; days: readonly DayCounts[] }) {
  const { formatDate } = useIntl();
  const data = useMemo<UPlot.AlignedData>(
    () => [
      days.map(({ day }) => Date.parse(day) / 1000),
      days.map(({ submitted }) => submitted),
      days.map(({ reviewed }) => reviewed),
    ],
    [days],
  );
  const optionsOf = useCallback(
    (colourOf: (name: string) => string): ChartOptions => {
      const axis = { stroke: colourOf('--text-quiet'), grid: { stroke: colourOf('--line'), width: 1 } };
      const dayOf = (second: number) => formatDate(second * 1000, { month: 'short', day: 'numeric', timeZone: 'UTC' });
      return {
        legend: { show: false },
        cursor: { show: false },
        tzDate: (second) => UPlot.tzDate(new Date(second * 1000), 'Etc/UTC'),
        axes: [
          {
            ...axis,
            ticks: { show: false },
            space: 70,
            incrs: [1, 2, 7, 14, 30].map((count) => count * 86_400),
            values: (_, splits) => splits.map(dayOf),
          },
          {
            ...axis,
            ticks: { show: false },
            size: 48,
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
          },
        ],
        scales: { y: { range: (_, _least, most) => [0, Math.max(1, most)] } },
        series: [{}, { stroke: colourOf('--link'), width: 2 }, { stroke: colourOf('--good'), width: 2, dash: [6, 4] }],
      };
    },
    [formatDate],
  );
  return <LineChart label={label} className="exams-lines" height={240} data={data} optionsOf={optionsOf} />;
}
