/** What a principal has done lately, over all of its sessions: rolling windows, a little longer than their names say. */
export interface Usage {
  readonly statementsHour: number;
  readonly statementsDay: number;
  readonly rowsHour: number;
  readonly rowsDay: number;
  readonly bytesHour: number;
  readonly bytesDay: number;
  readonly classesReadDay: readonly string[];
}

/** What it will be when `statements` more have run. Counters may be read through getters, which a spread would lose. */
export function usageAfter(usage: Usage, statements: number): Usage {
  const { statementsHour, statementsDay, rowsHour, rowsDay, bytesHour, bytesDay, classesReadDay } = usage;
  return {
    statementsHour: statementsHour + statements,
    statementsDay: statementsDay + statements,
    rowsHour,
    rowsDay,
    bytesHour,
    bytesDay,
    classesReadDay,
  };
}

/** The counters, by the names that policies know them by. */
export const usageCounts = [
  'statementsHour',
  'statementsDay',
  'rowsHour',
  'rowsDay',
  'bytesHour',
  'bytesDay',
] as const satisfies readonly (keyof Usage)[];

export const unused: Usage = {
  statementsHour: 0,
  statementsDay: 0,
  rowsHour: 0,
  rowsDay: 0,
  bytesHour: 0,
  bytesDay: 0,
  classesReadDay: [],
};
