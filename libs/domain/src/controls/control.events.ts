import type { Event } from '../event.js';

// The log keeps these names and shapes for ever. Add an optional field, or a new event; never rename.

/**
 * A tool that proctors an attempt reported an incident, or ended the attempt (edx-exams.md §8.8). `controlId` is the same when
 * the tool repeats its request. `severity` is a number from 0 to 1, as the tool wrote it. `sealed`: the tool's words, encrypted
 * with the learner key.
 */
export type ControlResultReceived = Event<
  'ControlResultReceived',
  {
    attemptId: number;
    controlId: string;
    action: 'terminate' | 'flag';
    severity: string | null;
    reasonCode: string | null;
    incidentAt: string | null;
    sealed: string;
    at: string;
  }
>;
