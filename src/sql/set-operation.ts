import type { Body } from './ast.ts';
import { limit, type Rows } from './limit-clause.ts';
import { orderOutputs } from './order-and-group.ts';
import { notAnalysable } from './refused.ts';
import type { Scope } from './scope.ts';
import { unionShape } from './union-shape.ts';
import { clear, derivedFrom } from './value.ts';
import { control, Level, type Place, type Walk } from './walk.ts';

/** UNION, INTERSECT, EXCEPT: column by column either side; anything but UNION ALL compares the rows of both. */
export function setOperation(walk: Walk, select: Body<'SelectStmt'>, scope: Scope): Rows {
  const { larg, rarg } = select;
  if (larg === undefined || rarg === undefined) throw notAnalysable('a set operation without two sides', 'write both');
  const left = walk.query({ SelectStmt: larg }, scope);
  const right = walk.query({ SelectStmt: rarg }, scope);
  const level = new Level();
  for (const column of [...left.influence, ...right.influence]) level.influence.add(column);
  const shape = unionShape(left, right);
  if (select.op !== 'SETOP_UNION' || select.all !== true) {
    const compared = [...shape.fields.map((field) => field.value), shape.open ?? clear];
    control(walk, level, derivedFrom(compared), 'group');
  }
  const place: Place = { scope, level, output: false };
  orderOutputs(walk, select, shape, place);
  const streams = select.op === 'SETOP_UNION' ? [...left.instances, ...right.instances] : [];
  limit(walk, select, place, streams);
  return { ...shape, instances: streams, influence: level.influence, seen: new Map() };
}
