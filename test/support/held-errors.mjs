import { TestEnvironment } from 'jest-environment-node'; // a dependency of jest

/** Prints the errors that services log during a test only if the test fails, because many tests cause outages. */
export default class HeldErrors extends TestEnvironment {
  #held = [];
  #write;

  async setup() {
    await super.setup();
    const { stderr } = this.global.process;
    this.#write = stderr.write;
    stderr.write = (text, ...more) =>
      String(text).startsWith('{"level":"error"') ? this.#held.push(text) > 0 : this.#write.call(stderr, text, ...more);
  }

  async teardown() {
    this.global.process.stderr.write = this.#write;
    await super.teardown();
  }

  handleTestEvent({ name, test }) {
    if (name === 'hook_failure' || (name === 'test_done' && test.errors.length > 0))
      for (const line of this.#held) this.#write.call(process.stderr, line);
    if (name === 'hook_failure' || name === 'test_done') this.#held = [];
  }
}
