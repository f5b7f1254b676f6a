import { be, messagesOf } from './pg-bytes.ts';

/**
 * A target that behaves as PostgreSQL does where the protocol is concerned (manual 54.2): names, portals, skipping to Sync,
 * the state of the transaction. Texts are programs: `rows N` (default 1), `fail`, `begin`, `commit`, `copyin` (`midway`: it fails
 * at the first data), `copyout`; `;` parts statements;
 * whatever starts with `sluice:` does not parse. Rows tell which text made them, so that misattributed ones are seen.
 */
export class PgTarget {
  /** Texts that were executed, in order. */
  readonly ran: string[] = [];
  readonly #statements = new Map<string, string>();
  readonly #portals = new Map<string, { readonly text: string; at: number; ran: boolean }>();
  #block = false;
  #failed = false;
  #skipping = false;
  #held: Buffer = Buffer.alloc(0);
  /** Data is awaited; what is left of its query, where it came in one. */
  #copying: { readonly text: string; readonly left: readonly string[] | null; lines: number } | null = null;

  /** What the target answers to these bytes. */
  receive(bytes: Buffer): Buffer {
    this.#held = Buffer.concat([this.#held, bytes]);
    const answers: Buffer[] = [];
    while (this.#held.length >= 5) {
      const end = 1 + this.#held.readInt32BE(1);
      if (this.#held.length < end) break;
      const [message] = messagesOf(this.#held.subarray(0, end));
      this.#held = this.#held.subarray(end);
      if (message !== undefined) answers.push(...this.#answer(message.type, message.body));
    }
    return Buffer.concat(answers);
  }

  #answer(type: string, body: Buffer): readonly Buffer[] {
    if (this.#copying !== null) return this.#copyIn(this.#copying, type);
    if (this.#skipping && type !== 'S') return [];
    const words = body.toString('latin1').split('\0');
    const [first = '', second = ''] = words;
    switch (type) {
      case 'Q':
        return this.#query(first);
      case 'P':
        return this.#parse(first, second);
      case 'B':
        return this.#bind(first, second);
      case 'D':
        return this.#describe(first.charAt(0), first.slice(1));
      case 'E':
        return this.#execute(first, body.readInt32BE(body.length - 4));
      case 'C':
        (first.startsWith('S') ? this.#statements : this.#portals).delete(first.slice(1));
        return [be.closeComplete];
      case 'S':
        this.#skipping = false;
        return [this.#ready()];
      default:
        return [];
    }
  }

  #query(text: string): readonly Buffer[] {
    this.#statements.delete('');
    this.#portals.delete('');
    const parts = text.split(';').filter((part) => part.trim() !== '');
    if (text.startsWith('sluice:')) return [this.#fail('42601'), this.#ready()];
    if (parts.length === 0) return [be.empty, this.#ready()];
    return this.#run(parts);
  }

  #run(parts: readonly string[]): readonly Buffer[] {
    const answers: Buffer[] = [];
    for (const [at, part] of parts.entries()) {
      this.ran.push(part);
      if (this.#fails(part)) {
        answers.push(this.#fail('22012'));
        break;
      }
      if (part.includes('copyin')) {
        this.#copying = { text: part, left: parts.slice(at + 1), lines: 0 };
        return [...answers, be.copyIn];
      }
      if (part.includes('copyout')) {
        answers.push(...copiedOut(part));
        continue;
      }
      if (part.includes('rows')) answers.push(columns, ...rowsOf(part));
      answers.push(this.#complete(part, countOf(part)));
    }
    return [...answers, this.#ready()];
  }

  #parse(name: string, text: string): readonly Buffer[] {
    if (name === '') this.#statements.delete('');
    if (text.startsWith('sluice:') || text.includes('unparsable')) return this.#abort('42601');
    if (this.#statements.has(name)) return this.#abort('42P05');
    this.#statements.set(name, text);
    return [be.parseComplete];
  }

  #bind(portal: string, statement: string): readonly Buffer[] {
    const text = this.#statements.get(statement);
    if (text === undefined) return this.#abort('26000');
    if (portal !== '' && this.#portals.has(portal)) return this.#abort('42P03');
    this.#portals.set(portal, { text, at: 0, ran: false });
    return [be.bindComplete];
  }

  #describe(kind: string, name: string): readonly Buffer[] {
    const text = kind === 'S' ? this.#statements.get(name) : this.#portals.get(name)?.text;
    if (text === undefined) return this.#abort(kind === 'S' ? '26000' : '34000');
    const shape = text.includes('rows') ? columns : be.noData;
    return kind === 'S' ? [be.parameters(), shape] : [shape];
  }

  #execute(name: string, most: number): readonly Buffer[] {
    const portal = this.#portals.get(name);
    if (portal === undefined) return this.#abort('34000');
    if (!portal.ran) this.ran.push(portal.text);
    portal.ran = true;
    if (this.#fails(portal.text)) return this.#abort('22012');
    if (portal.text.includes('copyout')) return copiedOut(portal.text);
    if (portal.text.includes('copyin')) {
      this.#copying = { text: portal.text, left: null, lines: 0 };
      return [be.copyIn];
    }
    const rows = rowsOf(portal.text);
    const until = most > 0 ? Math.min(rows.length, portal.at + most) : rows.length;
    const part = rows.slice(portal.at, until);
    const more = most > 0 && part.length === most;
    portal.at = until;
    return [...part, more ? be.suspended : this.#complete(portal.text, part.length)];
  }

  /** Manual 54.2.6: Flush and Sync are ignored, whatever is no data ends the session. */
  #copyIn(copy: { readonly text: string; readonly left: readonly string[] | null; lines: number }, type: string) {
    if (type === 'S' || type === 'H') return [];
    if (type === 'd' && !copy.text.includes('midway')) {
      copy.lines += 1;
      return [];
    }
    if (type !== 'd' && type !== 'c' && type !== 'f') throw new Error('a message that is no data comes in a copy');
    this.#copying = null;
    if (type === 'c') {
      const done = be.complete(`COPY ${copy.lines}`);
      return copy.left === null ? [done] : [done, ...this.#run(copy.left)];
    }
    return copy.left === null ? this.#abort('22P04') : [this.#fail('22P04'), this.#ready()];
  }

  #fails(text: string): boolean {
    return text.includes('fail') || (this.#failed && !text.includes('commit'));
  }

  #complete(text: string, rows: number): Buffer {
    if (text.includes('begin')) this.#block = true;
    if (text.includes('commit')) {
      this.#block = false;
      this.#failed = false;
    }
    return be.complete(text.includes('rows') ? `SELECT ${rows}` : 'UPDATE 1');
  }

  #abort(sqlstate: string): readonly Buffer[] {
    this.#skipping = true;
    return [this.#fail(sqlstate)];
  }

  #fail(sqlstate: string): Buffer {
    if (this.#block) this.#failed = true;
    return be.error(sqlstate, 'as PostgreSQL would say');
  }

  #ready(): Buffer {
    if (!this.#block) this.#portals.clear();
    return be.ready(this.#failed ? 'E' : this.#block ? 'T' : 'I');
  }
}

export const cell = 'patient-name-of';
const columns = be.fields([
  { name: 'id', type: 23 },
  { name: 'name', table: 9, number: 2 },
]);

function copiedOut(text: string): readonly Buffer[] {
  return [be.copyOut, be.copyData(`1\t${text}\n`), be.copyData(`2\t${text}\n`), be.copyDone, be.complete('COPY 2')];
}

function countOf(text: string): number {
  return Number(/rows (\d+)/.exec(text)?.[1] ?? (text.includes('rows') ? 1 : 0));
}

function rowsOf(text: string): readonly Buffer[] {
  return Array.from({ length: countOf(text) }, (_, at) => be.row([String(at), `${cell} ${text}`]));
}
