/** The answers of a site, by path. */
export type Pages = Record<string, { headers: Record<string, string>; text: string }>;

export const html = (text: string) => ({ headers: { 'Content-Type': 'text/html; charset=utf-8' }, text });
export const script = (text: string) => ({ headers: { 'Content-Type': 'text/javascript' }, text });

/** The header of answers that pages of other sites may read. */
export const anyone = { 'Access-Control-Allow-Origin': '*' };
