import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Credential } from '../../src/core/connection.ts';
import { Framer } from '../../src/protocols/postgres/framer.ts';
import { TargetOpening } from '../../src/protocols/postgres/target-opening.ts';
import { Wire } from '../../src/protocols/postgres/wire.ts';
import { type Message, splitMessages } from './pg-bytes.ts';
import { Transcript } from './transcript.ts';

/** A session of Sluice in a real server, as its protocol code opens it, on a socket of the test. */
export interface OpenedTarget {
  readonly opening: TargetOpening;
  /** What was said first: `v` where the version was talked down. */
  readonly first: string;
  /** Sends a query; answers with what comes up to ReadyForQuery. */
  query(text: string): Promise<readonly Message[]>;
  close(): void;
}

export async function openTarget(port: number, credential: Credential): Promise<OpenedTarget> {
  const target = { host: '127.0.0.1', port, database: 'clinic', tls: 'off', ca: null } as const;
  const parameters = new Map([
    ['client_encoding', 'UTF8'],
    ['standard_conforming_strings', 'on'],
  ]);
  const wire = new Wire();
  const out = new Transcript();
  wire.enter(out);
  const opening = new TargetOpening({ target, credential, parameters, scrub: false }, 'clinic', wire, new Framer());
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  opening.connected();
  let first = '';
  const flush = () => {
    wire.toServer.flush();
    const bytes = out.take('server');
    if (bytes.length > 0) socket.write(bytes);
  };
  flush();
  while (!opening.ready) {
    const chunk = await next(socket);
    first ||= String.fromCharCode(chunk[0] ?? 0);
    opening.receive(chunk);
    if (out.closed !== null) throw new Error(JSON.stringify(out.closed));
    flush();
  }
  return {
    opening,
    first,
    async query(text) {
      const body = Buffer.from(`${text}\0`);
      const header = Buffer.from('Q\0\0\0\0');
      header.writeInt32BE(body.length + 4, 1);
      socket.write(Buffer.concat([header, body]));
      let bytes: Buffer = Buffer.alloc(0);
      for (;;) {
        bytes = Buffer.concat([bytes, await next(socket)]);
        const { messages } = splitMessages(bytes);
        if (messages.at(-1)?.type === 'Z') return messages;
      }
    },
    close: () => socket.destroy(),
  };
}

/** Sends a packet on a link of its own, as a cancel request travels; resolves when the server has closed it. */
export async function sendAlone(port: number, packet: Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(packet);
  socket.resume();
  await once(socket, 'close');
}

async function next(socket: Socket): Promise<Buffer> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk;
}
