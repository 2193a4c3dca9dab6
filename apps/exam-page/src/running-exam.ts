import type { AttemptTimer, ProctoredExam } from '#exam-worker';
import { Countdown, clockText, type Notice } from './countdown.js';
import { type OwnRequests, Refused } from './own-requests.js';
import type { PageTexts } from './texts.js';

declare const document: any;
declare const addEventListener: (type: string, listener: () => void) => void;

type Dependencies = {
  worker: typeof import('#exam-worker');
  texts: PageTexts;
  requests: OwnRequests;
  contentUrl: string;
  frameUrl: string;
  /** The learner should get another page. */
  changed: () => Promise<void>;
};

const pollMs = 20_000;
/** After the end, or without a connection, the page asks more often. */
const soonMs = 3_000;

/** The running exam: the count-down, messages of staff, and the way to hand in. It never ends the exam by itself. */
export class RunningExam {
  private section: any;
  private exam: ProctoredExam | undefined;
  private attemptId = 0;
  private countdown = new Countdown();
  private ticking: ReturnType<typeof setInterval> | undefined;
  private polling: ReturnType<typeof setTimeout> | undefined;
  private isLost = false;
  private shownMessages = 0;

  constructor(private readonly deps: Dependencies) {
    for (const event of ['online', 'focus', 'pageshow']) addEventListener(event, () => this.pollNow());
    document.addEventListener('visibilitychange', () => this.pollNow());
  }

  begin(section: any, attempt: AttemptTimer & { time_remaining_seconds: number }): void {
    const { worker, changed, frameUrl } = this.deps;
    this.section = section;
    this.attemptId = attempt.attempt_id;
    this.countdown = new Countdown();
    this.shownMessages = 0;
    this.exam = new worker.ProctoredExam(attempt);
    this.exam.watch(() => void changed().catch(() => this.pollLater()));
    const finish = this.find('finish');
    finish.onclick = async () => {
      finish.disabled = true;
      await this.exam!.stop()
        .then(changed)
        .catch(() => this.warn('exam.failed'));
      finish.disabled = false;
    };
    if (frameUrl) this.showFrame(frameUrl);
    this.countdown.correct({ seconds: attempt.time_remaining_seconds, isPaused: false }, performance.now());
    this.tick();
    void this.poll();
    this.ticking = setInterval(() => this.tick(), 1000);
  }

  end(): void {
    clearInterval(this.ticking);
    clearTimeout(this.polling);
    this.section = undefined;
  }

  private pollNow() {
    if (this.section) void this.poll();
  }

  /** Asks how much time is left. A failure ends nothing: it is said in words, and the page asks again. */
  private async poll(): Promise<void> {
    clearTimeout(this.polling);
    const { section } = this;
    const answer = await this.deps.requests
      .get(`/api/exams/v1/me/attempts/${this.attemptId}`)
      .catch((error: unknown) => error as Error);
    if (section !== this.section) return;
    if (answer instanceof Error) this.lose(answer);
    else if (answer.status !== 'started') return this.deps.changed().catch(() => this.pollLater());
    else this.take(answer);
    this.pollLater();
  }

  private pollLater() {
    const isSoon = this.isLost || this.countdown.secondsAt(performance.now()) === 0;
    clearTimeout(this.polling);
    this.polling = setTimeout(() => void this.poll(), isSoon ? soonMs : pollMs);
  }

  private take({ time_remaining_seconds: seconds, is_paused: isPaused = false, messages = [] }: any) {
    if (this.isLost) this.announce(this.deps.texts.say('exam.online'));
    this.isLost = false;
    this.find('problem').textContent = '';
    for (const notice of this.countdown.correct({ seconds, isPaused }, performance.now()))
      this.announce(this.textOf(notice));
    this.find('paused').hidden = !this.countdown.isPaused;
    this.showMessages(messages);
  }

  private lose(error: Error) {
    this.isLost = true;
    const isSignedOut = error instanceof Refused && [401, 403].includes(error.status);
    this.warn(isSignedOut ? 'exam.session_ended' : 'exam.offline');
  }

  private tick() {
    const now = performance.now();
    const seconds = this.countdown.secondsAt(now);
    this.find('clock').textContent = clockText(seconds);
    const notice = this.countdown.announcementAt(now);
    if (notice) this.announce(this.textOf(notice));
    const isOver = seconds === 0;
    if (isOver && this.find('over').hidden) void this.poll();
    this.find('over').hidden = !isOver;
  }

  private showMessages(messages: { at: string; text: string | null }[]) {
    const shown = messages.filter(({ text }) => text);
    this.find('messages').hidden = shown.length === 0;
    const items = shown.map(({ text }) => Object.assign(document.createElement('li'), { textContent: text }));
    this.find('messages')
      .querySelector('ul')
      .replaceChildren(...items);
    for (const { text } of shown.slice(this.shownMessages)) this.announce(text!);
    this.shownMessages = shown.length;
  }

  private showFrame(src: string) {
    const frame = Object.assign(document.createElement('iframe'), {
      src,
      title: this.deps.texts.say('exam.questions'),
    });
    this.find('content').replaceChildren(frame);
  }

  private textOf(notice: Notice): string {
    const { texts } = this.deps;
    return texts.say(`exam.${notice.what}`, 'minutes' in notice ? { time: texts.minutes(notice.minutes) } : {});
  }

  private warn(key: string) {
    this.find('problem').textContent = this.deps.texts.say(key);
  }

  /** Each announcement is a line of its own, so that a screen reader reads the same text a second time. */
  private announce(text: string) {
    const line = Object.assign(document.createElement('p'), { textContent: text });
    document.querySelector('[data-announcements]').replaceChildren(line);
  }

  private find(name: string) {
    return this.section.querySelector(`[data-exam="${name}"]`);
  }
}
