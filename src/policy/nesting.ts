/**
 * An upper bound for how deep the expression tree of a policy is: brackets within brackets, operators in a row, attributes
 * of attributes. Cedar recurses over that tree, and a stack that overflows inside of it leaves it broken for good: from then
 * on every decision of the process would fail. So text that is too deep must not reach it.
 */
export function nestingOf(policy: string): number {
  const open: Frame[] = [];
  let frame: Frame = { operators: 0, chain: 0, longestChain: 0, deepest: 0 };
  for (const [token] of policy.matchAll(tokens)) {
    if (isOneOf('([{', token)) {
      open.push(frame);
      frame = { operators: 0, chain: 0, longestChain: 0, deepest: 0 };
    } else if (isOneOf(')]}', token)) {
      const outer = open.pop();
      if (outer === undefined) continue;
      outer.deepest = Math.max(outer.deepest, depthOf(frame));
      frame = outer;
      // What follows is taken from what was called or indexed: f(x).g(y).h(z) is a chain.
      extendChain(frame);
    } else if (token === '.') extendChain(frame);
    else if (deepening.has(token)) {
      frame.operators++;
      frame.chain = 0;
    } else if (isOneOf(',:=<>', token)) frame.chain = 0;
  }
  return [...open, frame].reduce((depth, each) => depth + depthOf(each), 0);
}

/** Measured with cedar-wasm 4.13: 100 brackets are well and 200 are not; of operators, 200 are and 500 are not. */
export const deepestNesting = 64;

interface Frame {
  operators: number;
  chain: number;
  longestChain: number;
  deepest: number;
}

function depthOf(frame: Frame): number {
  return 1 + frame.operators + frame.longestChain + frame.deepest;
}

function extendChain(frame: Frame): void {
  frame.chain++;
  frame.longestChain = Math.max(frame.longestChain, frame.chain);
}

function isOneOf(characters: string, token: string): boolean {
  return token.length === 1 && characters.includes(token);
}

const deepening: ReadonlySet<string> = new Set(['&&', '||', '+', '-', '*', '!', 'if', 'when', 'unless']);

const tokens = /"(?:[^"\\]+|\\[\s\S])*"?|\/\/[^\n\r]*|&&|\|\||!=|[A-Za-z_][A-Za-z0-9_]*|[^\s]/g;
