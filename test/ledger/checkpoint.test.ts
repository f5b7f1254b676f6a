import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkpointFault, parseCheckpoint } from '../../src/ledger/checkpoint.ts';
import { signHead } from '../../src/ledger/head.ts';
import { leafHash } from '../../src/ledger/merkle-hash.ts';
import { isNoteSignedBy, parseNote } from '../../src/ledger/signed-note.ts';
import { verifierKeyOf } from '../../src/ledger/signer.ts';
import { parseVerifierKey } from '../../src/ledger/verifier-key.ts';
import { newSigner } from './sample-events.ts';

const signer = newSigner('clinic-gateway');
const key = verifierKeyOf(signer);
const head = { origin: 'clinic-gateway', size: 42, root: leafHash('x') };
const witness = `\u2014 witness.example ${Buffer.alloc(76, 9).toString('base64')}\n`;

test('a note of golang.org/x/mod/sumdb/note opens with its key', () => {
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const signature = 'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
  const peter = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
  const note = parseNote(`${text}\n\u2014 PeterNeumann ${signature}\n`);
  assert.equal(note?.text, text);
  assert.equal(peter !== null && note !== null && isNoteSignedBy(note, peter), true);
});

test('signatures of others are left alone, and every one of the key must hold', async () => {
  const note = await signHead(head, signer);
  const own = note.split('\n').at(-2) ?? '';
  const forged = own.replace(
    / [^ ]+$/,
    ` ${Buffer.concat([Buffer.from(key.id, 'hex'), Buffer.alloc(64)]).toString('base64')}`,
  );
  const notes: readonly (readonly [string, boolean])[] = [
    [note, true],
    [`${note}${witness}`, true],
    [note.replace('\u2014', `${witness}\u2014`), true],
    [note.replace(own, witness.trimEnd()), false],
    [`${note}${forged}\n`, false],
    [note.replace(own, forged), false],
  ];
  for (const [text, signed] of notes) {
    const parsed = parseNote(text);
    assert.equal(parsed !== null && isNoteSignedBy(parsed, key), signed, text);
  }
});

test('a checkpoint may have lines behind the root, and reads as it is', async () => {
  const note = await signHead(head, signer);
  const extended = note.replace('\n\n', '\nan extension\n\n');
  for (const text of [note, extended, `${note}${witness}`]) {
    const { origin, size, root } = parseCheckpoint(text) ?? assert.fail('not parsed');
    assert.deepEqual({ origin, size, root }, head);
  }
});

test('what is no note or no checkpoint is refused', async () => {
  const note = await signHead(head, signer);
  const own = note.split('\n').at(-2) ?? '';
  const others = [
    '',
    '\n\n',
    note.trimEnd(),
    note.replace('\n\n', '\n'),
    note.replace('42', '042'),
    note.replace('42', '-1'),
    note.replace('42', '9'.repeat(17)),
    note.replace(head.root, `${head.root}=`),
    note.replace('clinic-gateway\n', '\n'),
    note.replace('\u2014', '-'),
    note.replace(own, `${own} x`),
    note.replace('42\n', '42\r\n'),
    note.replace('clinic-gateway\n', 'clinic\u0007gateway\n'),
    `${note}\n`,
    `${note}${witness.repeat(64)}`,
  ];
  for (const other of others) assert.equal(parseCheckpoint(other), null, JSON.stringify(other.slice(0, 80)));
});

test('a key vouches for its own log alone', async () => {
  const stranger = await signHead({ ...head, origin: 'other-gateway' }, signer);
  const cases = [
    [await signHead(head, signer), null],
    [stranger, 'of another log'],
    [await signHead(head, newSigner('clinic-gateway')), `not signed by ${key.name}+${key.id}`],
  ] as const;
  for (const [text, fault] of cases) {
    const parsed = parseCheckpoint(text) ?? assert.fail('not parsed');
    assert.equal(checkpointFault(parsed, key), fault);
  }
});
