import { randomUUID } from 'node:crypto';

/** Sends the requests of a .http file in order. Answers title, status and body of each. */
export async function send(file: string, given: Record<string, string>) {
  const variables = new Map(Object.entries(given));
  const answers: { title: string; status: number; body: any }[] = [];
  const named = new Map<string, unknown>();
  const filled = (text: string): string =>
    text.replace(/\{\{(.+?)\}\}/g, (_, name: string) => {
      if (name === '$guid') return randomUUID();
      const [request = '', ...path] = name.split('.response.body.');
      if (path.length > 0) return String((named.get(request) as Record<string, unknown>)[path.join()]);
      return filled(variables.get(name) ?? '');
    });

  const [settings = '', ...requests] = file.split(/^### /m);
  for (const [, name = '', value = ''] of settings.matchAll(/^@(\w+) = (.*)$/gm))
    if (!variables.has(name)) variables.set(name, value);
  for (const request of requests) {
    const [, title = '', name, line = '', headers = '', body] =
      /^(.*)\n(?:# @name (\w+)\n)?(.*)\n((?:.+\n)*)\n?([\s\S]*)$/.exec(request) ?? [];
    const [method = '', url = ''] = filled(line).split(' ');
    const answer = await fetch(url, {
      method,
      headers: [...filled(headers).matchAll(/^(\S+): (.*)$/gm)].map(([, key = '', value = '']) => [key, value]),
      body: body?.trim() ? filled(body) : undefined,
    });
    const text = await answer.text();
    const read = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    if (name) named.set(name, read);
    answers.push({ title, status: answer.status, body: read });
  }
  return answers;
}
