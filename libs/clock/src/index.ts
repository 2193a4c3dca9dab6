export { Clock, ClockNotSynchronised, type ClockState } from './clock.js';
