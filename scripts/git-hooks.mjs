// npm runs this after an install ("prepare"). It sets the folder of this clone's Git hooks, and says so the first time.
import { spawnSync } from 'node:child_process';
import { root } from './prepare.mjs';

const git = (...args) => spawnSync('git', ['config', ...args], { cwd: root, encoding: 'utf8' }).stdout?.trim();

if (git('core.hooksPath') !== '.githooks') {
  git('core.hooksPath', '.githooks');
  console.error('Git now checks format and types before each commit in this clone (core.hooksPath = .githooks).');
}
