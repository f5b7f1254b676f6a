import type { Body } from './ast.ts';
import { reviewCall } from './function-call.ts';
import { notAnalysable, notSupported } from './refused.ts';
import { Scope } from './scope.ts';
import { Level, type Walk } from './walk.ts';

/** CALL: the routine by its name, and whatever its code does to later statements. Its row, if any, is not described here. */
export function callStatement(walk: Walk, body: Body<'CallStmt'>): void {
  refuseWhereProtected(walk, 'CALL runs code that is not analysed');
  const { funccall } = body;
  if (funccall === undefined) throw notAnalysable('a CALL without a procedure', 'name the procedure');
  walk.literals.seal({ FuncCall: funccall }, true);
  const scope = new Scope(null);
  for (const argument of funccall.args ?? []) walk.value(argument, { scope, level: new Level(), output: false });
  reviewCall(walk, funccall);
  walk.record.opaque();
}

/** DO: code without a name, which may do whatever the target's role may. */
export function doStatement(walk: Walk): void {
  refuseWhereProtected(walk, 'DO runs code that is not analysed');
  walk.record.opaque();
}

function refuseWhereProtected(walk: Walk, what: string): void {
  if (walk.catalogue.protects)
    throw notSupported(
      `${what}, and is not carried on a connection that protects columns`,
      'send the statements themselves',
    );
}
