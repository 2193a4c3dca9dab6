/** A reporter for jest: says every ten seconds at most, and at the end, how many suites are left. */
export default class SuitesLeft {
  #began = performance.now();
  #said = this.#began;

  onTestResult(_test, _result, { numTotalTestSuites, numPassedTestSuites, numFailedTestSuites, numPendingTestSuites }) {
    const left = numTotalTestSuites - numPassedTestSuites - numFailedTestSuites - numPendingTestSuites;
    const now = performance.now();
    if (left > 0 && now - this.#said < 10_000) return;
    this.#said = now;
    const failed = numFailedTestSuites > 0 ? `, ${numFailedTestSuites} failed` : '';
    const seconds = Math.round((now - this.#began) / 1000);
    process.stderr.write(`${left} of ${numTotalTestSuites} suites left${failed}, ${seconds} s\n`);
  }
}
