import type { TimelineRow } from './timeline-rows.js';

/** The content of both forms of the timeline. */
export type TimelineDocument = { title: string; facts: readonly string[]; rows: readonly TimelineRow[] };

export const columnNames = ['No.', 'Time (UTC)', 'What happened', 'By'];
export const cellsOf = ({ version, at, what, by }: TimelineRow): string[] => [String(version), at, what, by];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character]!);

export function timelineHtml({ title, facts, rows }: TimelineDocument): string {
  const cells = (texts: readonly string[]) => texts.map((text) => `<td>${escaped(text)}</td>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>body{font:1rem/1.5 sans-serif;margin:2rem;max-width:60rem}td,th{border:1px solid #666;padding:.3rem;text-align:start;vertical-align:top}table{border-collapse:collapse}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${facts.map((fact) => `<p>${escaped(fact)}</p>`).join('\n')}
<table>
<thead><tr>${columnNames.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${cells(cellsOf(row))}</tr>`).join('\n')}
</tbody>
</table>
</main>
</body>
</html>
`;
}
