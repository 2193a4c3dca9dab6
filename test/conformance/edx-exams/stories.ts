import { readFileSync } from 'node:fs';

/** The recordings of edx-exams (edx-exams.md §13). */
export type Story = {
  story: string;
  title: string;
  course: string;
  users: Person[];
  contents: Record<string, string>;
  exchanges: (Exchange | Wait | Change)[];
};

export type Person = {
  name: string;
  username: string;
  user_id: number;
  email: string;
  administrator: boolean;
  course_role: string | null;
  course_role_in: string | null;
  known_before: boolean;
};

export type Exchange = {
  name: string;
  at: string;
  as: string;
  request: {
    method: string;
    path: string;
    query?: Record<string, string>;
    headers?: Record<string, string>;
    body?: unknown;
    raw?: string;
    form?: Record<string, unknown>;
    content_type?: string;
  };
  response: { status: number; headers?: Record<string, unknown>; body?: unknown };
  effects?: { events?: BusEvent[]; mails?: { to: string[]; subject: string }[]; lms_calls?: LmsCall[] };
  capture?: Record<string, string>;
};

export type BusEvent = Record<string, unknown> & { type: string };

/** A request that the original sent to edx-proctoring, and the answer of the recorder's stub. */
export type LmsCall = { method: string; path: string; answer: { status: number; body: unknown } };

export type Wait = { wait: string; until: string };
export type Change = { do: string; at: string };

export const stories: Story[] = JSON.parse(readFileSync('test/support/fixtures/edx-exams-exchanges.json', 'utf8'));

export const isExchange = (step: Exchange | Wait | Change): step is Exchange => 'request' in step;

/** The exchanges of a story with names of their own: the second one of a name gets ` (2)`. */
export function namedExchanges({ exchanges }: Story): Map<Exchange, string> {
  const uses = new Map<string, number>();
  return new Map(
    exchanges.filter(isExchange).map((exchange) => {
      const use = (uses.get(exchange.name) ?? 0) + 1;
      uses.set(exchange.name, use);
      return [exchange, use === 1 ? exchange.name : `${exchange.name} (${use})`];
    }),
  );
}
