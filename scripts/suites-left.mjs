/** A jest reporter that prints how many suites are left, at most every ten seconds, and at the end. */
export default class SuitesLeft {
  #began = performance.now();
  #printedAt = this.#began;

  onTestResult(_test, _result, { numTotalTestSuites, numPassedTestSuites, numFailedTestSuites, numPendingTestSuites }) {
    const left = numTotalTestSuites - numPassedTestSuites - numFailedTestSuites - numPendingTestSuites;
    const now = performance.now();
    if (left > 0 && now - this.#printedAt < 10_000) return;
    this.#printedAt = now;
    const failed = numFailedTestSuites > 0 ? `, ${numFailedTestSuites} failed` : '';
    const seconds = Math.round((now - this.#began) / 1000);
    process.stderr.write(`${left} of ${numTotalTestSuites} suites left${failed}, ${seconds} s\n`);
  }
}
