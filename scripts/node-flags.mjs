/**
 * How Node is started for a gateway. Buffers and entries of a statement die young: with V8's default nursery many of them are
 * copied or promoted first, which costs about a fifth of the CPU of a statement (docs/performance.md).
 */
export const nodeFlags = [
  '--disable-warning=ExperimentalWarning',
  '--min-semi-space-size=32',
  '--max-semi-space-size=32',
];
