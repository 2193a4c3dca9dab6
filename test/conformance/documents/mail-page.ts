import { texts, unnamedSubjects } from '#mail';

const code = (text: string) => `\`${text}\``;
const block = (text: string) => `\`\`\`handlebars\n${text.trimEnd()}\n\`\`\``;

/** The text of docs/mail.md. */
export const mailPage = () => `<!-- Made by \`npm run docs\` from libs/mail: do not edit. -->
# Mail

[Operations](operations.md#mail) says who gets which mail, and what happens if it cannot be sent. For other words or another
language, put files into a folder and name the folder in \`MAIL_TEMPLATES\`:

\`\`\`
submitted.subject.hbs              for all exams
submitted.text.hbs
submitted.html.hbs
watchers/submitted.html.hbs        for exams of the provider "watchers" only; it goes before the others
\`\`\`

A part without a file is taken from the texts below. They are
[Handlebars](https://handlebarsjs.com/guide/) templates. Fields are escaped in HTML; a subject becomes one line. A file
with another name, a folder that is not one of your providers, or a field that the mail does not have, prevents the start.

${Object.entries(texts)
  .map(
    ([name, { fields, subject, text }]) => `## ${code(name)}

Fields: ${fields.map(code).join(', ')}.

${block(`${subject}\n\n${text}`)}`,
  )
  .join('\n\n')}

With \`REFERENCE_RELEASE=6.1\` these mails begin with "Hello,", without a name, and \`submitted\` says "Your final grade may take
longer.". Their subjects are:

${Object.entries(unnamedSubjects)
  .map(([name, subject]) => `- ${code(name)}: "${subject}"`)
  .join('\n')}

\`courseUrl\` is empty if \`LEARNING_MICROFRONTEND_URL\` is not set. \`contactUrl\` and \`contactText\` are the course's
escalation address, else \`LINK_URLS.contact\` of the provider's options, else \`/support/contact_us\` of \`SITE_NAME\`.
`;
