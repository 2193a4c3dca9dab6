import type { ReleaseRules } from '#domain';

/** The kinds of mail. */
export type Template =
  | 'submitted'
  | 'verified'
  | 'rejected'
  | 'suspicious_review'
  | 'appeal'
  | 'appeal_upheld'
  | 'appeal_dismissed';

export const parts = ['subject', 'text', 'html'] as const;
export type Part = (typeof parts)[number];

const ofLearner = ['username', 'courseName', 'courseUrl', 'examName', 'platform', 'contactUrl', 'contactText'];
const ofAnswer = [...ofLearner, 'reason'];
const ofAppeal = ['username', 'courseName', 'examName', 'platform', 'attemptId', 'answerBy'];
const ofStaff = ['username', 'courseName', 'examName', 'platform', 'reviewStatus', 'reviewUrl'];

const page = (body: string) => `<!doctype html>
<html lang="en">
<body style="font-family: sans-serif; line-height: 1.5">
${body.trim()}
</body>
</html>
`;

const toCourse = {
  text: '{{#if courseUrl}}To the course: {{courseUrl}}\n\n{{/if}}{{platform}}\n',
  html: '{{#if courseUrl}}<p><a href="{{courseUrl}}">To the course</a></p>\n{{/if}}<p>{{platform}}</p>',
};
const contact = '<a href="{{contactUrl}}">{{contactText}}</a>';

type Texts = Record<Template, Record<Part, string> & { fields: string[] }>;

/** Handlebars templates, and the fields that each gets. */
export const texts: Texts = {
  submitted: {
    fields: ofLearner,
    subject: 'Handed in: {{examName}} ({{courseName}})',
    text: `Hello {{username}},

your proctored exam "{{examName}}" in {{courseName}} is handed in. The next step is the review of your session.

You will get another mail with the outcome, as a rule within five business days. There is nothing you have to do until then.

${toCourse.text}`,
    html: page(`
<p>Hello {{username}},</p>
<p>your proctored exam <strong>{{examName}}</strong> in {{courseName}} is handed in. The next step is the review of your
session.</p>
<p>You will get another mail with the outcome, as a rule within five business days. There is nothing you have to do until
then.</p>
${toCourse.html}`),
  },

  verified: {
    fields: ofLearner,
    subject: 'Review passed: {{examName}} ({{courseName}})',
    text: `Hello {{username}},

the session of your proctored exam "{{examName}}" in {{courseName}} was reviewed. All is in order: the exam counts as proctored.

Questions? {{contactText}}

${toCourse.text}`,
    html: page(`
<p>Hello {{username}},</p>
<p>the session of your proctored exam <strong>{{examName}}</strong> in {{courseName}} was reviewed. All is in order: the
exam counts as proctored.</p>
<p>Questions? ${contact}</p>
${toCourse.html}`),
  },

  rejected: {
    fields: ofLearner,
    subject: 'Review not passed: {{examName}} ({{courseName}})',
    text: `Hello {{username}},

the session of your proctored exam "{{examName}}" in {{courseName}} was reviewed, and the reviewers found that rules of the exam were broken. It therefore does not count as proctored.

Typical reasons are notes or devices that were not allowed, somebody else in the room, and leaving the view of the camera.

Do you think that this is wrong? Then ask for another look, and say what happened: {{contactText}}

${toCourse.text}`,
    html: page(`
<p>Hello {{username}},</p>
<p>the session of your proctored exam <strong>{{examName}}</strong> in {{courseName}} was reviewed, and the reviewers found
that rules of the exam were broken. It therefore does not count as proctored.</p>
<p>Typical reasons are notes or devices that were not allowed, somebody else in the room, and leaving the view of the
camera.</p>
<p>Do you think that this is wrong? Then ask for another look, and say what happened: ${contact}</p>
${toCourse.html}`),
  },

  suspicious_review: {
    fields: ofStaff,
    subject: 'Please look at a review: {{examName}} ({{courseName}})',
    text: `Hello,

the proctoring provider calls a session "{{reviewStatus}}", and no reviewer has judged it yet.

Course: {{courseName}}
Exam: {{examName}}
Learner: {{username}}

To the session: {{reviewUrl}}

{{platform}}
`,
    html: page(`
<p>Hello,</p>
<p>the proctoring provider calls a session &ldquo;{{reviewStatus}}&rdquo;, and no reviewer has judged it yet.</p>
<table>
<tr><th align="left">Course</th><td>{{courseName}}</td></tr>
<tr><th align="left">Exam</th><td>{{examName}}</td></tr>
<tr><th align="left">Learner</th><td>{{username}}</td></tr>
</table>
<p><a href="{{reviewUrl}}">To the session</a></p>
<p>{{platform}}</p>`),
  },

  appeal: {
    fields: ofAppeal,
    subject: 'Please answer an appeal: {{examName}} ({{courseName}})',
    text: `Hello,

a learner asks that a rejected exam is looked at once more. Somebody who has not judged it yet must answer.

Course: {{courseName}}
Exam: {{examName}}
Learner: {{username}}
Attempt: {{attemptId}}
Answer by: {{answerBy}}

The reason that the learner gives is kept with the attempt.

{{platform}}
`,
    html: page(`
<p>Hello,</p>
<p>a learner asks that a rejected exam is looked at once more. Somebody who has not judged it yet must answer.</p>
<table>
<tr><th align="left">Course</th><td>{{courseName}}</td></tr>
<tr><th align="left">Exam</th><td>{{examName}}</td></tr>
<tr><th align="left">Learner</th><td>{{username}}</td></tr>
<tr><th align="left">Attempt</th><td>{{attemptId}}</td></tr>
<tr><th align="left">Answer by</th><td>{{answerBy}}</td></tr>
</table>
<p>The reason that the learner gives is kept with the attempt.</p>
<p>{{platform}}</p>`),
  },

  appeal_upheld: {
    fields: ofAnswer,
    subject: 'Your appeal was upheld: {{examName}} ({{courseName}})',
    text: `Hello {{username}},

another person looked at your proctored exam "{{examName}}" in {{courseName}} and agrees with your appeal. The exam counts as proctored.
{{#if reason}}

The reason: {{reason}}
{{/if}}

${toCourse.text}`,
    html: page(`
<p>Hello {{username}},</p>
<p>another person looked at your proctored exam <strong>{{examName}}</strong> in {{courseName}} and agrees with your appeal.
The exam counts as proctored.</p>
{{#if reason}}<p>The reason: {{reason}}</p>
{{/if}}${toCourse.html}`),
  },

  appeal_dismissed: {
    fields: ofAnswer,
    subject: 'Your appeal was dismissed: {{examName}} ({{courseName}})',
    text: `Hello {{username}},

another person looked at your proctored exam "{{examName}}" in {{courseName}} and does not agree with your appeal. The exam does not count as proctored.
{{#if reason}}

The reason: {{reason}}
{{/if}}

Questions? {{contactText}}

${toCourse.text}`,
    html: page(`
<p>Hello {{username}},</p>
<p>another person looked at your proctored exam <strong>{{examName}}</strong> in {{courseName}} and does not agree with your
appeal. The exam does not count as proctored.</p>
{{#if reason}}<p>The reason: {{reason}}</p>
{{/if}}<p>Questions? ${contact}</p>
${toCourse.html}`),
  },
};

/** The subjects of result mails that do not name learner and exam (release-6.1.md §2, R4). */
export const unnamedSubjects = {
  submitted: 'Proctoring attempt submitted',
  verified: 'Proctoring attempt verified',
  rejected: 'Proctoring attempt rejected',
} as const;

const unnamed = (template: keyof typeof unnamedSubjects) => {
  const { text, html, ...others } = texts[template];
  const changed = (part: string) =>
    part
      .replace('Hello {{username}},', 'Hello,')
      .replace('within five business days.', 'within five business days. Your final grade may take longer.');
  return { ...others, subject: unnamedSubjects[template], text: changed(text), html: changed(html) };
};

/** The texts for a release of edx-proctoring. */
export const textsFor = ({ resultMails }: Pick<ReleaseRules, 'resultMails'>): Texts =>
  resultMails === 'named'
    ? texts
    : { ...texts, submitted: unnamed('submitted'), verified: unnamed('verified'), rejected: unnamed('rejected') };
