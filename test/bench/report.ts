import { median } from './rounds.js';

/** The results of one contender, by round. */
export type Line = { who: string; values: readonly number[] };

/** `ratios`: one ratio, or one figure in `unit`, for each round. Exactly one of the bounds is set. */
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

/** The page in Markdown. Each `met` or `missed` is computed from the figure in its row. */
export function page(machine: Record<string, string>, rounds: number, sections: readonly Section[]): string {
  const bars = sections.flatMap((section) => section.bars);
  const missed = bars.filter((bar) => !isMet(bar));
  return `<!-- Made by \`npm run bench\`: do not edit. -->
# Benchmarks

${bars.length - missed.length} of ${bars.length} bars met${missed.length === 0 ? '' : `; missed: ${missed.map(({ what }) => what).join('; ')}`}.

The contenders take turns, and each round begins with another contender. One round warms up; ${rounds} rounds count. A ratio is
computed within each round, because both sides met the same machine then. The median of these ratios must meet the bar.
Clients, servers and PostgreSQL share the machine.

| machine | |
| --- | --- |
${Object.entries(machine)
  .map(([name, value]) => `| ${name} | ${value} |`)
  .join('\n')}

${sections.map(sectionText).join('\n')}`;
}
