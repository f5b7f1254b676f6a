/** The same token of ES256 with the other signature that is as good: (r, n-s) for (r, s). No key is needed for it. */
export function twinOf(token: string): string {
  const dot = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(dot + 1), 'base64url');
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const twin = (order - s).toString(16).padStart(64, '0');
  const other = Buffer.concat([signature.subarray(0, 32), Buffer.from(twin, 'hex')]);
  return `${token.slice(0, dot)}.${other.toString('base64url')}`;
}

/** Of the curve P-256. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
