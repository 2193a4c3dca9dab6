import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy to a server. It can be silent (it accepts, and loses all bytes) or down (it refuses and resets). */
export class Wire {
  mode: 'up' | 'silent' | 'down' = 'up';
  private readonly sockets = new Set<Socket>();
  private server: Server;

  constructor(private target: URL) {}

  /** Answers the address of the server through this proxy. */
  async open(): Promise<string> {
    this.server = createServer((near) => {
      if (this.mode === 'down') return near.resetAndDestroy();
      const far = connect(Number(this.target.port), this.target.hostname);
      // TCP does not repeat bytes that the proxy has acknowledged, so this connection stays dead when the mode is `up` again.
      let isDead = this.mode === 'silent';
      for (const [from, to] of [
        [near, far],
        [far, near],
      ]) {
        this.sockets.add(from);
        from.on('data', (bytes) => {
          isDead ||= this.mode === 'silent';
          if (!isDead) to.write(bytes);
        });
        from
          .on('error', () => {})
          .on('close', () => {
            this.sockets.delete(from);
            to.destroy();
          });
      }
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const { port } = this.server.address() as AddressInfo;
    return Object.assign(new URL(this.target), { hostname: '127.0.0.1', port: String(port) }).href;
  }

  down() {
    this.mode = 'down';
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** From now on it is a proxy to another server. */
  leadTo({ url }: { url: string }) {
    this.target = new URL(url);
    for (const socket of this.sockets) socket.destroy();
  }

  close() {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
