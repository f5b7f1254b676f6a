/** Random SELECTs over known tables, with few names for many things: most are valid, many shadow each other. */
export class QueryMaker {
  readonly #tables: ReadonlyMap<string, readonly string[]>;
  #state: number;

  constructor(tables: ReadonlyMap<string, readonly string[]>, seed: number) {
    this.#tables = tables;
    this.#state = seed | 0;
  }

  next(): string {
    return this.#query(null, this.#below(3), 1 + this.#below(3), false).sql;
  }

  /** mulberry32: a seed is a query. */
  #below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  #pick<T>(choices: readonly T[]): T {
    const choice = choices[this.#below(choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  }

  #chance(oneIn: number): boolean {
    return this.#below(oneIn) === 0;
  }

  #name(): string {
    return this.#pick(['a', 'b', 'p', 'q', 'x', 'patients', 'claims', 'id', 'ssn']);
  }

  #label(): string {
    return this.#pick(['ssn', 'id', 'zip', 'status', 'mrn', 'a', 'b', 'x', 'v']);
  }

  #around(level: Level): Level {
    return level.outer !== null && this.#chance(4) ? this.#around(level.outer) : level;
  }

  #column(level: Level): string {
    if (this.#chance(25)) return this.#chance(2) ? this.#label() : `${this.#name()}.${this.#label()}`;
    const { sources, outer } = this.#around(level);
    if (sources.length === 0) return outer === null ? "'k'" : this.#column(outer);
    const source = this.#pick(sources);
    const column = source.columns.includes('ssn') && this.#chance(3) ? 'ssn' : this.#pick([...source.columns, 'id']);
    return this.#chance(3) ? column : `${source.alias}.${column}`;
  }

  #row(level: Level): string {
    const { sources } = this.#around(level);
    return sources.length === 0 ? this.#name() : this.#pick(sources).alias;
  }

  #expression(level: Level, depth: number): string {
    const inner = () => this.#expression(level, depth - 1);
    const simple = [
      () => this.#column(level),
      () => this.#column(level),
      () => `${this.#column(level)}::text`,
      () => this.#pick(["'v1'", '1', "'x'", 'null']),
    ];
    const nested = [
      () => `upper(${inner()}::text)`,
      () => `coalesce(${inner()}::text, ${inner()}::text)`,
      () => `(${this.#query(level, depth - 1, 1, true).sql} limit 1)`,
      () => `array(${this.#query(level, depth - 1, 1, true).sql})`,
      () => `exists(${this.#query(level, depth - 1, 1, false).sql})`,
      () => `case when ${this.#condition(level, depth - 1)} then ${inner()}::text else 'z' end`,
      () => 'count(*)',
      () => `count(${inner()}) filter (where ${this.#condition(level, 0)})`,
      () => `max(${inner()}::text)`,
      () => `row_number() over (order by ${inner()})`,
      () => `(${inner()}::text || ${inner()}::text)`,
      () => `json_build_object('a', ${inner()})`,
      () => `generate_series(1, length(${inner()}::text))`,
      () => `to_json(${this.#row(level)})`,
      () => `(${this.#row(level)}).${this.#label()}`,
      () => `${this.#row(level)}.*::text`,
      () => this.#row(level),
      () => `${this.#label()}(${this.#row(level)})`,
    ];
    return this.#pick(depth > 0 ? [...simple, ...nested] : simple)();
  }

  #condition(level: Level, depth: number): string {
    const lower = Math.max(depth - 1, 0);
    return this.#pick([
      () => 'true',
      () => `${this.#expression(level, depth)}::text = ${this.#expression(level, depth)}::text`,
      () => `${this.#expression(level, depth)} is null`,
      () => `${this.#column(level)}::text in (${this.#query(level, lower, 1, true).sql})`,
      () => `${this.#column(level)}::text like '%1%'`,
      () => `not (${this.#condition(level, lower)})`,
      () => `(${this.#column(level)} is null or ${this.#condition(level, 0)})`,
      () => `exists(${this.#query(level, lower, 1, false).sql})`,
    ])();
  }

  #item(level: Level, left: readonly Source[], depth: number): Item {
    const choice = this.#below(depth > 0 ? 13 : 6);
    if (choice < 5 || (choice === 5 && level.ctes.length === 0)) return this.#table();
    if (choice === 5) return this.#named(this.#pick(level.ctes));
    if (choice < 9) return this.#subSelect(level, left, depth);
    if (choice < 11) return this.#join(level, left, depth);
    const alias = this.#name();
    if (choice === 11) return source(`generate_series(1, 2) ${alias}`, alias, [alias]);
    const label = this.#label();
    const array = `unnest(array[${this.#column({ ...level, sources: left })}::text])`;
    return source(`${array} ${this.#chance(2) ? 'with ordinality ' : ''}as ${alias}(${label})`, alias, [label]);
  }

  #table(): Item {
    const [name, columns] = this.#pick([
      ...this.#tables,
      ...[...this.#tables].filter(([table]) => table === 'patients'),
    ]);
    return this.#named({ alias: name, columns });
  }

  #named(from: Source): Item {
    if (this.#chance(2)) return source(from.alias, from.alias.split('.').at(-1) ?? '', from.columns);
    const alias = this.#name();
    const [columns, list] = this.#renamed(from.columns);
    return source(`${from.alias} as ${alias}${list}`, alias, columns);
  }

  #renamed(columns: readonly string[]): readonly [readonly string[], string] {
    if (columns.length < 2 || !this.#chance(5)) return [columns, ''];
    const first = [this.#label(), this.#label()];
    return [[...first, ...columns.slice(2)], `(${first.join(', ')})`];
  }

  #subSelect(level: Level, left: readonly Source[], depth: number): Item {
    const lateral = this.#chance(3);
    const around = { ...level, sources: lateral ? left : [] };
    const { sql, columns } = this.#query(around, depth - 1, 1 + this.#below(3), false);
    const alias = this.#name();
    const [names, list] = this.#renamed(columns);
    return source(`${lateral ? 'lateral ' : ''}(${sql}) ${alias}${list}`, alias, names);
  }

  #join(level: Level, left: readonly Source[], depth: number): Item {
    const first = this.#item(level, left, depth - 1);
    const second = this.#item(level, [...left, ...first.sources], depth - 1);
    const kind = this.#pick(['join', 'left join', 'full join', 'right join']);
    const common = first.columns.filter((column) => second.columns.includes(column));
    const merged = this.#pick([[], common, common.slice(0, 1)]);
    const rest = [...first.columns, ...second.columns].filter((column) => !merged.includes(column));
    const both = { ...level, sources: [...first.sources, ...second.sources] };
    const natural = merged.length > 0 && merged === common;
    const condition = kind === 'full join' ? 'true' : this.#condition(both, depth - 1);
    const on = natural ? '' : merged.length > 0 ? ` using (${merged[0]})` : ` on ${condition}`;
    const sql = `(${first.sql} ${natural ? 'natural ' : ''}${kind} ${second.sql}${on})`;
    const columns = [...merged, ...rest];
    if (!this.#chance(4)) return { sql, sources: both.sources, columns };
    const alias = this.#name();
    return source(`${sql} as ${alias}`, alias, columns);
  }

  #query(
    outer: Level | null,
    depth: number,
    width: number,
    plain: boolean,
  ): { sql: string; columns: readonly string[] } {
    const ctes = [...(outer?.ctes ?? [])];
    let sql = '';
    if (depth > 1 && this.#chance(3)) {
      const cte = this.#query({ sources: [], outer, ctes }, depth - 1, 1 + this.#below(2), false);
      const alias = this.#pick(['p', 'q', 'patients', 'claims', 'x']);
      sql = `with ${alias} as (${cte.sql}) `;
      ctes.push({ alias, columns: cte.columns });
    }
    const level: { sources: Source[]; outer: Level | null; ctes: readonly Source[] } = { sources: [], outer, ctes };
    const items: Item[] = [];
    for (let wanted = this.#pick([0, 1, 1, 1, 1, 2]); items.length < wanted; ) {
      const item = this.#item(level, [...level.sources], depth);
      level.sources.push(...item.sources);
      items.push(item);
    }
    const star = !plain && items.length > 0 && this.#chance(6);
    const targets = star ? [] : Array.from({ length: width }, () => this.#target(level, depth));
    sql += `select ${this.#chance(14) ? 'distinct ' : ''}${star ? '*' : targets.map((target) => target.sql).join(', ')}`;
    if (items.length > 0) sql += ` from ${items.map((item) => item.sql).join(', ')}`;
    if (this.#chance(4)) sql += ` where ${this.#condition(level, depth)}`;
    if (!plain && this.#chance(14)) sql += ` group by ${this.#column(level)}`;
    if (!plain && this.#chance(9)) sql += ` order by ${this.#pick([this.#column(level), '1'])}`;
    else if (depth > 0 && !star && this.#chance(10)) {
      const other = this.#query(outer, 0, width, true);
      sql += ` ${this.#pick(['union', 'union all', 'except'])} ${other.sql}`;
    }
    return { sql, columns: star ? items.flatMap((item) => item.columns) : targets.map((target) => target.name) };
  }

  #target(level: Level, depth: number): { readonly sql: string; readonly name: string } {
    const expression = this.#expression(level, depth);
    if (!this.#chance(3) && /^[\w.]+(::text)?$/.test(expression))
      return { sql: expression, name: expression.replace('::text', '').split('.').at(-1) ?? '' };
    const name = this.#label();
    return { sql: `${expression} as ${name}`, name };
  }
}

interface Source {
  readonly alias: string;
  readonly columns: readonly string[];
}

interface Level {
  readonly sources: readonly Source[];
  readonly outer: Level | null;
  readonly ctes: readonly Source[];
}

interface Item {
  readonly sql: string;
  readonly sources: readonly Source[];
  readonly columns: readonly string[];
}

function source(sql: string, alias: string, columns: readonly string[]): Item {
  return { sql, sources: [{ alias, columns }], columns };
}
