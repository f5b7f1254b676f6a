import type { StateDatabase } from './state-database.ts';

/** What is kept under `name`: `value`, if nobody was faster. */
export function stateConstant(
  database: StateDatabase,
  name: 'tenant' | 'approval-digest',
  value: string,
): Promise<string> {
  return database.write(async ({ query }) => {
    await query
      .insertInto('constants')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    const kept = await query.selectFrom('constants').select('value').where('name', '=', name).executeTakeFirstOrThrow();
    return kept.value;
  });
}
