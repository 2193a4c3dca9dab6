/** The texts that the page got from the service, in the learner's language. */
export class PageTexts {
  constructor(
    private readonly texts: Record<string, string>,
    private readonly language: string,
  ) {}

  say(key: string, values: Record<string, string> = {}): string {
    return (this.texts[key] ?? key).replace(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);
  }

  /** "10 minutes" */
  minutes(count: number): string {
    const format = { style: 'unit', unit: 'minute', unitDisplay: 'long' } as const;
    return new Intl.NumberFormat(this.language, format).format(count);
  }
}
