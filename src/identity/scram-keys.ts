import { createHash, createHmac, pbkdf2 } from 'node:crypto';

/** What SCRAM-SHA-256 keeps of a secret (RFC 5802, section 3). */
export interface ScramKeys {
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** RFC 7677: the fewest iterations a client may accept. A secret of 256 random bits gains nothing from more. */
export const scramIterations = 4096;

/** @param secret ASCII, which SASLprep leaves as it is */
export async function scramKeys(secret: string, salt: Buffer): Promise<ScramKeys> {
  const salted = await new Promise<Buffer>((resolve, reject) => {
    pbkdf2(secret, salt, scramIterations, 32, 'sha256', (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  return {
    storedKey: createHash('sha256').update(clientKey).digest(),
    serverKey: createHmac('sha256', salted).update('Server Key').digest(),
  };
}
