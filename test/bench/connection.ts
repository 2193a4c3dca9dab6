import type { Socket } from 'node:net';

export type Answer = { status: number; head: string; body: string };

/** Answers a function that sends one request after the other over a connection. If the connection ends, the status is 0. */
export function requester(socket: Socket): (request: Buffer) => Promise<Answer> {
  let received: Buffer = Buffer.alloc(0);
  let answered: (answer: Answer) => void = () => {};
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const lines = received.toString('latin1', 0, head);
    const length = /\r\ncontent-length: *(\d+)/i.exec(lines);
    if (!length) return answered({ status: 0, head: lines, body: '' });
    const end = head + 4 + Number(length[1]);
    if (received.length < end) return;
    const body = received.toString('utf8', head + 4, end);
    received = Buffer.alloc(0);
    answered({ status: Number(lines.slice(9, 12)), head: lines, body });
  });
  const ended = (why: unknown) => answered({ status: 0, head: '', body: `The connection ended: ${why}` });
  socket.on('error', ended).on('close', ended);
  return (request) =>
    new Promise((resolve) => {
      answered = resolve;
      socket.write(request);
    });
}
