import { median } from './rounds.js';

/** The results of one contender, by round. */
export type Line = { who: string; values: readonly number[] };

/** `ratios`: one for each round, or figures in `unit`. Exactly one of the bounds is set. */
export type Bar = { what: string; ratios: readonly number[]; atLeast?: number; atMost?: number; unit?: string };

export type Section = {
  title: string;
  /** How it was measured. */
  setting: string;
  tables: { unit: string; lines: Line[] }[];
  bars: Bar[];
};

const decimals = (value: number): string => {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 100
    ? value.toFixed(0)
    : value >= 10
      ? value.toFixed(1)
      : value >= 0.1
        ? value.toFixed(2)
        : value.toFixed(3);
};

const spread = (values: readonly number[]) => `${decimals(Math.min(...values))} – ${decimals(Math.max(...values))}`;

const isMet = ({ ratios, atLeast = 0, atMost = Number.POSITIVE_INFINITY }: Bar): boolean =>
  median(ratios) >= atLeast && median(ratios) <= atMost;

const barRow = (bar: Bar) =>
  `| ${bar.what} | ${bar.atLeast === undefined ? `≤ ${bar.atMost}` : `≥ ${bar.atLeast}`} ${bar.unit ?? '×'} | ${decimals(median(bar.ratios))} ${bar.unit ?? '×'} | ${spread(bar.ratios)} | ${isMet(bar) ? 'met' : '**missed**'} |`;

const sectionText = ({ title, setting, tables, bars }: Section) => `## ${title}

${setting}

${tables
  .map(
    ({ unit, lines }) => `| ${unit} | median | lowest – highest |
| --- | ---: | ---: |
${lines.map(({ who, values }) => `| ${who} | ${decimals(median(values))} | ${spread(values)} |`).join('\n')}
`,
  )
  .join('\n')}
| ratio | bar | median | lowest – highest | |
| --- | ---: | ---: | ---: | --- |
${bars.map(barRow).join('\n')}
`;

/** The page, in Markdown. Every verdict is computed from the figure beside it. */
export function page(machine: Record<string, string>, rounds: number, sections: readonly Section[]): string {
  const bars = sections.flatMap((section) => section.bars);
  const missed = bars.filter((bar) => !isMet(bar));
  return `<!-- Made by \`npm run bench\`: do not edit. -->
# Benchmarks

${bars.length - missed.length} of ${bars.length} bars met${missed.length === 0 ? '' : `; missed: ${missed.map(({ what }) => what).join('; ')}`}.

The contenders take turns, each beginning every other round; after one round to warm up, ${rounds} counted. A ratio is computed
within each round, for its two sides met the same machine; what must meet the bar is the median of these ratios.
Clients, servers and PostgreSQL share the machine.

| machine | |
| --- | --- |
${Object.entries(machine)
  .map(([name, value]) => `| ${name} | ${value} |`)
  .join('\n')}

${sections.map(sectionText).join('\n')}`;
}
