import { Child, freePort } from '../conformance/child.js';
import { tokenSettings } from './service.js';

/** Starts the built service as a process and waits until it is ready. Its log and its data are in `folder`. */
export async function startServiceProcess(name: string, folder: string, environment: Record<string, string>) {
  const port = await freePort();
  const child = new Child(name, folder, [process.execPath, 'dist/apps/main.js'], {
    ...{
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      DATA_DIR: folder,
      KAFKA_BROKERS: '',
      NODE_OPTIONS: '',
    },
    ...tokenSettings,
    ...environment,
  });
  await child.answers(port, '/health/ready');
  return { child, port, url: `http://127.0.0.1:${port}` };
}
