/** Stops the server that the global setup started. */
export default () => (globalThis as { removeTestServer?: () => Promise<void> }).removeTestServer?.();
