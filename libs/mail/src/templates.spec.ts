import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { releases } from '#domain';
import { Templates } from './templates.js';
import { type Template, texts } from './texts.js';

const fields = {
  username: 'alice',
  courseName: 'Demo',
  courseUrl: 'https://learning.example.org/course/demo/home',
  examName: 'Midterm',
  platform: 'Example Platform',
  contactUrl: 'mailto:help@example.org',
  contactText: 'help@example.org',
  reviewStatus: 'Suspicious',
  reviewUrl: 'https://lms.example.org/review',
  attemptId: '7',
  answerBy: '5 May 2031',
  reason: 'The other person in the room was the reader that the allowance names.',
};
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const withFiles = (files: Record<string, string>) => {
  const folder = mkdtempSync(join(tmpdir(), 'templates of a test '));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return new Templates(folder, ['watchers']);
};

describe('the texts of mails', () => {
  const own = new Templates(undefined, []);

  it.each(Object.keys(texts) as Template[])('%s says in both parts which exam and course it is about', (template) => {
    const { subject, text, html } = own.render(template, null, fields);
    for (const part of [subject, text, html]) for (const name of ['Midterm', 'Demo']) expect(part).toContain(name);
    expect(subject).not.toMatch('\n');
    for (const part of [text, html]) expect(part).toContain('Example Platform');
  });

  it('name neither learner nor exam in greeting and subject as of release 6.1', () => {
    const since61 = new Templates(undefined, [], releases['6.1']);
    for (const template of ['submitted', 'verified', 'rejected'] as const) {
      const { subject, text, html } = since61.render(template, null, fields);
      expect(subject).toBe(`Proctoring attempt ${template}`);
      expect(text).toMatch(/^Hello,\n\nyour|^Hello,\n\nthe session/);
      for (const part of [text, html]) {
        expect(part).not.toContain('alice');
        expect(part).toContain('Midterm');
        expect(part.includes('Your final grade may take longer.')).toBe(template === 'submitted');
      }
    }
    expect(since61.render('appeal_upheld', null, fields)).toEqual(own.render('appeal_upheld', null, fields));
    expect(own.render('submitted', null, fields).text).toMatch(/^Hello alice,/);
  });

  it('fields are escaped in HTML', () => {
    const { text, html } = own.render('submitted', null, { ...fields, examName: '<script>alert("x")</script>' });
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;');
    expect(text).toContain('<script>alert("x")</script>');
  });

  it('a subject is one line', () => {
    const { subject } = own.render('verified', null, { ...fields, courseName: 'Demo\r\nBcc: all@example.org' });
    expect(subject).toBe('Review passed: Midterm (Demo Bcc: all@example.org)');
  });

  it('there is no link to a course without a configured address', () => {
    const { text, html } = own.render('submitted', null, { ...fields, courseUrl: '' });
    expect(text).not.toContain('To the course');
    expect(html).not.toContain('href');
  });
});

describe('a folder of other texts', () => {
  it('replaces our own texts, part by part', () => {
    const templates = withFiles({ 'submitted.subject.hbs': 'Abgegeben: {{examName}}' });
    expect(templates.render('submitted', 'watchers', fields)).toMatchObject({
      subject: 'Abgegeben: Midterm',
      text: expect.stringContaining('handed in'),
    });
    expect(templates.render('verified', null, fields).subject).toMatch('Review passed');
  });

  it("a provider's own text takes precedence for its exams", () => {
    const templates = withFiles({
      'submitted.text.hbs': 'the site: {{username}}',
      'watchers/submitted.text.hbs': 'the watchers: {{username}}',
    });
    const textFor = (provider: string | null) => templates.render('submitted', provider, fields).text;
    expect([null, 'test', 'watchers'].map(textFor)).toEqual([
      'the site: alice',
      'the site: alice',
      'the watchers: alice',
    ]);
  });

  it.each<[string, Record<string, string>, string | RegExp]>([
    [
      'an unknown file name',
      { 'started.text.hbs': 'x' },
      /started\.text\.hbs is not a template; the templates are submitted\.subject\.hbs, /,
    ],
    ['a folder of an unknown provider', { 'nobody/submitted.text.hbs': 'x' }, 'there is no provider "nobody"'],
    ['a field that the mail does not have', { 'submitted.text.hbs': '{{reviewUrl}}' }, '"reviewUrl" not defined'],
    ['a file that is not a template', { 'submitted.text.hbs': '{{#if courseUrl}}' }, 'Parse error'],
  ])('%s is refused before any mail is sent', (_, files, problem) => {
    expect(() => withFiles(files)).toThrow(problem);
    expect(() => withFiles(files)).toThrow(/^MAIL_TEMPLATES: [^\n]+$/);
  });

  it('a missing folder is refused', () =>
    expect(() => new Templates('/no/such/folder', [])).toThrow(/^MAIL_TEMPLATES: .*\/no\/such\/folder/));
});
