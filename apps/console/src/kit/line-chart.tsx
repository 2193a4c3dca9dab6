import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';

export type ChartOptions = Omit<UPlot.Options, 'width' | 'height'>;

type Props = {
  label: string;
  className: string;
  height: number;
  data: UPlot.AlignedData;
  /** `colourOf` finds the colour of a custom property. */
  optionsOf: (colourOf: (property: string) => string) => ChartOptions;
};

const darkScheme = matchMedia('(prefers-color-scheme: dark)');

/** Lines over time. They are drawn again when the width, the colours or the data change. */
export function LineChart({ label, className, height, data, optionsOf }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [isDark, setDark] = useState(darkScheme.matches);
  useEffect(() => {
    const change = () => setDark(darkScheme.matches);
    darkScheme.addEventListener('change', change);
    return () => darkScheme.removeEventListener('change', change);
  }, []);
  useEffect(() => {
    const element = box.current!;
    const size = () => ({ width: element.clientWidth, height });
    const plot = new UPlot({ ...size(), ...optionsOf((name) => colourIn(element, name)) }, data, element);
    const resized = new ResizeObserver(() => plot.setSize(size()));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [data, optionsOf, height, isDark]);
  return <div ref={box} className={className} role="img" aria-label={label} />;
}

/** The canvas needs a colour, and a custom property may be a function of the scheme. */
function colourIn(element: HTMLElement, property: string): string {
  const probe = element.appendChild(document.createElement('span'));
  probe.style.color = `var(${property})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
