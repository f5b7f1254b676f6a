import type { PostgresConnection } from './connection.ts';
import type { HttpConnection } from './http-connection.ts';

/** A named target, as configured. */
export type ConnectionSettings = PostgresConnection | HttpConnection;
