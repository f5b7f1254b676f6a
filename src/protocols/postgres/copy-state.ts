import type { ExecuteSlot, SimpleSlot } from './replies.ts';

/** A COPY that the target has begun and not ended (manual 54.2.6). */
export type Copy = CopyIn | CopyOut;

export interface CopyIn {
  readonly kind: 'in';
  readonly slot: ExecuteSlot | SimpleSlot;
  /** The client may send data: it has sent neither CopyDone nor CopyFail. */
  open: boolean;
  /** Of the messages with its data. */
  bytes: number;
}

export interface CopyOut {
  readonly kind: 'out';
  /** More data may come: CopyDone has not. */
  open: boolean;
}
