import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import { useIntl } from 'react-intl';
import UPlot from 'uplot';

export type DayCounts = { day: string; submitted: number; reviewed: number };

const seconds = (day: string) => Date.parse(day) / 1000;
const colour = (name: string) => {
  // The canvas needs a colour, and a custom property may be a function of the scheme.
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

/** Two lines over days: handed in, and reviewed (dashed). */
export default function DayLines({ label, days }: { label: string; days: readonly DayCounts[] }) {
  const box = useRef<HTMLDivElement>(null);
  const { formatDate } = useIntl();
  useEffect(() => {
    const element = box.current!;
    const draw = () => {
      const axis = { stroke: colour('text-quiet'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
      const shownDay = (second: number) =>
        formatDate(second * 1000, { month: 'short', day: 'numeric', timeZone: 'UTC' });
      return new UPlot(
        {
          width: element.clientWidth,
          height: 240,
          legend: { show: false },
          cursor: { show: false },
          tzDate: (second) => UPlot.tzDate(new Date(second * 1000), 'Etc/UTC'),
          axes: [
            {
              ...axis,
              space: 70,
              incrs: [1, 2, 7, 14, 30].map((days) => days * 86_400),
              values: (_, splits) => splits.map(shownDay),
            },
            { ...axis, size: 48, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] },
          ],
          scales: { y: { range: (_, _least, most) => [0, Math.max(1, most)] } },
          series: [{}, { stroke: colour('link'), width: 2 }, { stroke: colour('good'), width: 2, dash: [6, 4] }],
        },
        [days.map(({ day }) => seconds(day)), days.map((each) => each.submitted), days.map((each) => each.reviewed)],
        element,
      );
    };
    let plot = draw();
    const redraw = () => {
      plot.destroy();
      plot = draw();
    };
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', redraw);
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: 240 }));
    resized.observe(element);
    return () => {
      dark.removeEventListener('change', redraw);
      resized.disconnect();
      plot.destroy();
    };
  }, [days, formatDate]);
  return <div ref={box} className="exams-lines" role="img" aria-label={label} />;
}
