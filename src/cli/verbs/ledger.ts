import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { ok, type Result } from '../../base/result.ts';
import type { LedgerRecord } from '../../engine/control.ts';
import type { LedgerVerification, Refused } from '../app-verbs.ts';
import { entryLine } from '../entry-line.ts';
import { fail } from '../failure.ts';
import type { ExitCode } from '../io.ts';
import { printable } from '../printable.ts';
import type { JsonOption, Surface } from '../surface.ts';
import { table } from '../table.ts';

/** The tamper-evident log. */
export function addLedgerVerbs(program: Command, surface: Surface): void {
  const { verbs, io, gateway } = surface;
  const ledger = program.command('ledger').description('the tamper-evident log');

  ledger
    .command('verify')
    .description('check the ledger in a directory; needs no login and no running gateway')
    .option('--dir <dir>', 'the ledger, or a copy of it')
    .option('-c, --config <file>', 'the ledger of this configuration')
    .option(
      '--key <key>',
      'public key of the signer, or a file with it; without it the key beside the log is used, which proves less',
    )
    .option('--checkpoint <file>', 'a checkpoint that you kept: nothing before it may have changed')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nWithout --dir and -c it is the ledger of the demo.\n\nExample:\n  $ npx sluice ledger verify',
    )
    .action(
      surface.action(async (options: VerifyOptions) => {
        const directory = await directoryOf(surface, options);
        if (!directory.ok) return surface.refused(directory.error);
        const { key, checkpoint, json } = options;
        const found = await verbs.ledgerVerify({
          directory: directory.value,
          key: key ?? null,
          checkpoint: checkpoint ?? null,
        });
        return showVerification(surface, found, json === true);
      }),
    );

  ledger
    .command('tail')
    .description('the newest entries, oldest first')
    .option('-n, --count <number>', 'how many, at most 1000', count, 20)
    .option('--json', 'one entry a line, as JSON, with every field')
    .action(
      surface.action(async (options: { readonly count: number } & JsonOption) => {
        const records = await gateway.read<readonly LedgerRecord[]>(`ledger/tail?count=${options.count}`);
        if (!records.ok) return fail(io, records.error);
        if (options.json === true) for (const record of records.value) io.out(`${JSON.stringify(record)}\n`);
        else io.out(listed(records.value));
        return 0;
      }),
    );

  ledger
    .command('path')
    .description('print the directory of the ledger')
    .option('-c, --config <file>', 'of this configuration instead of the demo')
    .action(
      surface.action(async (options: { readonly config?: string }) => {
        const directory = await directoryOf(surface, options);
        if (!directory.ok) return surface.refused(directory.error);
        io.out(`${directory.value}\n`);
        return 0;
      }),
    );

  ledger
    .command('export')
    .description('print an entry with the proof that it is in the log (c2sp.org/tlog-proof@v1)')
    .argument('<index>', 'as `ledger tail` shows it', entryIndex)
    .option('--dir <dir>', 'the ledger, or a copy of it')
    .option('-c, --config <file>', 'the ledger of this configuration')
    .addHelpText('after', '\nExample:\n  $ npx sluice ledger export 17 > entry-17.tlog-proof')
    .action(
      surface.action(async (index: number, options: VerifyOptions) => {
        const directory = await directoryOf(surface, options);
        if (!directory.ok) return surface.refused(directory.error);
        const proof = await verbs.ledgerExport({ directory: directory.value, index });
        if (!proof.ok) return surface.refused(proof.error);
        io.out(proof.value);
        return 0;
      }),
    );

  ledger
    .command('proof')
    .description('check an exported entry against the key of the log; needs nothing else')
    .argument('<file>', 'what `ledger export` printed')
    .requiredOption('--key <key>', 'public key of the signer, or a file with it')
    .option('--json', 'as JSON')
    .action(
      surface.action(async (file: string, options: { readonly key: string } & JsonOption) => {
        const proof = await verbs.ledgerProof({ file, key: options.key });
        if (!proof.ok) return surface.refused(proof.error);
        const { origin, index, size, entry } = proof.value;
        if (options.json === true)
          io.out(
            `{"ok":true,"origin":${JSON.stringify(origin)},"index":"${index}","size":"${size}","entry":${entry}}\n`,
          );
        else
          io.out(
            `proven: entry ${index} of ${printable(origin)}, under a checkpoint of ${size} entries\n${printable(entry)}\n`,
          );
        return 0;
      }),
    );
}

interface VerifyOptions extends JsonOption {
  readonly dir?: string;
  readonly config?: string;
  readonly key?: string;
  readonly checkpoint?: string;
}

async function directoryOf(
  { verbs }: Surface,
  { dir, config }: { readonly dir?: string; readonly config?: string },
): Promise<Result<string, Refused>> {
  if (dir !== undefined) return ok(dir);
  return config === undefined ? ok(verbs.demoDefaults().ledgerDirectory) : verbs.ledgerDirectory(config);
}

function showVerification({ io }: Surface, found: LedgerVerification, json: boolean): ExitCode {
  const holds = found.faults.length === 0;
  const signer = found.signerPinned ? 'signer pinned' : 'signer not pinned';
  if (json) io.out(`${JSON.stringify({ ok: holds, ...found })}\n`);
  else {
    for (const fault of found.faults) io.out(`FAULT ${printable(fault)}\n`);
    const verdict = holds
      ? 'verified'
      : `NOT verified, ${found.faults.length} ${found.faults.length === 1 ? 'fault' : 'faults'}`;
    io.out(`${verdict}: ${found.entries} entries in ${printable(found.directory)}, ${signer}\n`);
    for (const remark of found.remarks) io.err(`note: ${printable(remark)}\n`);
    if (holds && !found.signerPinned) io.err(`note: ${notPinned}\n`);
  }
  return holds ? 0 : 1;
}

const notPinned =
  'the key was taken from beside the log, so whoever can write there could have signed; pass --key with a copy that you keep';

function listed(records: readonly LedgerRecord[]): string {
  const rows = records.map(({ index, entry }) => [index, entry.time, entry.type, entryLine(entry)]);
  return table(['index', 'time', 'type', 'entry'], rows);
}

function entryIndex(text: string): number {
  if (!/^(0|[1-9]\d{0,14})$/.test(text)) throw new InvalidArgumentError('The index of an entry, from 0.');
  return Number(text);
}

function count(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 1000) throw new InvalidArgumentError('A number from 1 to 1000.');
  return number;
}
