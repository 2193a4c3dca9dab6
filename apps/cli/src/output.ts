let isClosed = false;

/** Whether nobody reads the output any more, as after `… | head`. */
export const isOutputClosed = () => isClosed;

/** A closed output is not a failure: running work is finished, and long lists end early. */
export function tolerateClosedOutput() {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      isClosed = true;
    });
}
