import { CommandWithWords } from '../command.js';
import type { Event } from '../event.js';

// The log keeps these names and shapes for ever. Add an optional field, or a new event; never rename.

/** `sealed`: the text, encrypted with the learner key. */
export type MessageEvent = Event<'MessageSent', { attemptId: number; sealed: string; at: string }>;

/** Staff tell a learner something, who reads it at the attempt. */
export class SendMessage extends CommandWithWords<{ text: string }> {
  readonly type = 'SendMessage';

  get words() {
    return { field: 'message', text: this.data.text } as const;
  }
}
