import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { History, Measure } from './queries.js';

const height = 280;
const colours = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'];
const scheme = matchMedia('(prefers-color-scheme: dark)');

/** One line for each subscription. It is drawn again when the width, the colours or the records change. */
export default function Chart({ history, measure, label }: { history: History; measure: Measure; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [isDark, setDark] = useState(scheme.matches);
  useEffect(() => {
    const change = () => setDark(scheme.matches);
    scheme.addEventListener('change', change);
    return () => scheme.removeEventListener('change', change);
  }, []);
  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const plot = new uPlot(optionsOf(current, history), dataOf(history, measure), current);
    const resized = new ResizeObserver(() => plot.setSize({ width: current.clientWidth, height }));
    resized.observe(current);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [history, measure, isDark]);
  return <div ref={box} className="operations-chart" role="img" aria-label={label} />;
}

/** The colour of a custom property. The element resolves `light-dark()`. */
function colourOf(element: HTMLElement, property: string): string {
  const probe = element.appendChild(document.createElement('span'));
  probe.style.color = `var(${property})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function optionsOf(box: HTMLElement, { from, until, subscriptions }: History): uPlot.Options {
  const axis = { stroke: colourOf(box, '--text-quiet'), grid: { stroke: colourOf(box, '--line'), width: 1 } };
  const locale = document.documentElement.lang;
  return {
    width: box.clientWidth,
    height,
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
        stroke: colourOf(box, colours[index % colours.length]!),
        width: 2,
        spanGaps: false,
        points: { show: subscriptions[index]!.spans.length < 3 },
      })),
    ],
  };
}

/** A span without records is null, so that the line has a gap. */
function dataOf({ spans, subscriptions, step_seconds: step }: History, measure: Measure): uPlot.AlignedData {
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
