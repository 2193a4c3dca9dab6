import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it('has texts in quotes, numbers and flags as they are, nothing for nothing, and JSON for what is nested', () =>
    expect(csvLine(['a,b', 'he said "no"', 'two\r\nlines', 7, -1.5, true, null, undefined, { a: ['x'] }])).toBe(
      '"a,b","he said ""no""","two\r\nlines",7,-1.5,true,,,"{""a"":[""x""]}"\r\n',
    ));

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =1', '\n=1', '＝1', '＋1', '－1', '＠a'])(
    'keeps a spreadsheet from taking %j for a formula',
    (text) => expect(csvLine([text])).toBe(`"'${text}"\r\n`),
  );

  it.each(['a=b', '2031-03-01', 'course-v1:OrgX+Demo', ' text', ''])('leaves the text %j as it is', (text) =>
    expect(csvLine([text])).toBe(`"${text}"\r\n`),
  );

  it('gives a formula no second cell in spreadsheets that separate by semicolons', () =>
    expect(csvLine(['a;=1'])).toBe('"a;=1"\r\n'));
});
