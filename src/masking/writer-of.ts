import { unreachable } from '../base/unreachable.ts';
import type { CellWriter } from './cell-writer.ts';
import type { MaskedType } from './masked-type.ts';
import type { Transform } from './masking-settings.ts';
import type { TokenKeys } from './token-keys.ts';
import { nullify } from './transforms/nullify.ts';
import { partial } from './transforms/partial.ts';
import { redact } from './transforms/redact.ts';
import { tokenize } from './transforms/tokenize.ts';
import { year } from './transforms/year.ts';

/** What a transform makes of values of this type, wherever they come from. */
export function writerOf(transform: Transform, type: MaskedType, className: string, keys: TokenKeys): CellWriter {
  // A format of the protocol's future has no honest value.
  if (type.format !== 0 && type.format !== 1) return nullify;
  switch (transform.kind) {
    case 'redact':
      return redact(type);
    case 'null':
      return nullify;
    case 'year':
      return year(type, keys.currentYear());
    case 'tokenize':
      return tokenize(type, keys.keyFor(className));
    case 'partial':
      return partial(type, transform.keepLast);
    default:
      return unreachable(transform);
  }
}
