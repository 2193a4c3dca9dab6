import type { Configuration } from './configuration.js';

const levels = ['fatal', 'error', 'warn', 'log', 'debug'] as const;

/** The framework's levels that are logged at LOG_LEVEL. */
export const logLevelsOf = (level: Configuration['logLevel']): (typeof levels)[number][] =>
  levels.slice(0, levels.indexOf(level === 'info' ? 'log' : level) + 1);
