import { parseArgs } from 'node:util';
import { runInFolder } from '../run-folder.js';
import { exceptions } from './exceptions.js';
import { Play } from './play.js';
import { startDatabases } from './service.js';
import { stories } from './stories.js';

const { values: options } = parseArgs({
  options: {
    surface: { type: 'string' },
    /** Replays only the stories with this text in their number or title. */
    story: { type: 'string', default: '' },
    /** Shows this many of the failed exchanges of each story. */
    show: { type: 'string', default: '3' },
  },
});

await runInFolder('conformance-edx-exams', async (dir) => {
  await startDatabases(dir);
  let [passed, failed] = [0, 0];
  for (const story of stories.filter(({ story, title }) => `${story} ${title}`.includes(options.story))) {
    const { results, problems } = await Play.of(story);
    const bad = results.filter(({ lines }) => lines.length > 0);
    passed += results.length - bad.length;
    failed += bad.length + problems.length;
    for (const { name, lines } of bad.slice(0, Number(options.show)))
      console.log(`  ${story.story} ${name}\n${lines.map((line) => `    ${line}`).join('\n')}`);
    for (const problem of problems) console.log(`  ${story.story} ${problem}`);
    const isRight = bad.length + problems.length === 0;
    console.log(
      `${isRight ? 'ok  ' : 'FAIL'} ${story.story} ${story.title}: ${results.length} exchanges, ${bad.length} differ`,
    );
  }
  console.log(`${exceptions.length} exchanges differ on purpose (test/conformance/edx-exams/exceptions.ts)`);
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});
