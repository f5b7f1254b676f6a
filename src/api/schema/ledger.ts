import { Type } from 'typebox';
import type { LedgerRecord, LedgerStatus } from '../../engine/control.ts';
import { bigCount, moment, type Named, nullable, one, oneOf, shape } from './named.ts';

/** The envelope, and whatever the type adds: entries only ever gain fields, so readers accept those they do not know. */
const entry: Named<LedgerRecord['entry']> = {
  name: 'LedgerEntry',
  schema: Type.Object(
    {
      v: Type.Literal(1),
      type: Type.String({ description: 'What happened, as in `statement.decided`.' }),
      id: Type.String(),
      time: moment('Order is the index, not the time.'),
      instance: Type.String(),
      tenant: Type.String(),
    },
    { $id: 'LedgerEntry', additionalProperties: true },
  ),
};

const record = shape<LedgerRecord>('LedgerRecord', {
  index: bigCount('Place in the ledger, from 0.'),
  entry: one(entry),
});

const status = shape<LedgerStatus>('LedgerStatus', {
  state: oneOf('writing', 'refusing'),
  entries: bigCount('Entries in the ledger.'),
  directory: Type.String(),
  durability: oneOf('fsync', 'os'),
  fault: nullable(Type.String({ description: 'Why nothing may run.' })),
});

export const ledgerSchemas = { entry, record, status };
