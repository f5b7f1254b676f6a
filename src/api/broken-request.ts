import type { Socket } from 'node:net';
import { errorCodes } from '../core/error-codes.ts';
import { problemOf } from './refuse.ts';
import { responseHeaders } from './response-headers.ts';

/** Answers bytes that are not HTTP. They are never logged: the parser's error carries them, and they may hold a token. */
export function answerBrokenRequest(error: { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(
    problemOf(
      error.code === 'HPE_HEADER_OVERFLOW'
        ? { code: 'limit_exceeded', message: 'the headers are larger than 80 KiB' }
        : { code: 'invalid_request', message: 'the request is not readable as HTTP' },
    ),
  );
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : errorCodes.invalid_request.http;
  const headers = Object.entries(responseHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} Refused\r\n${headers.join('')}content-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
