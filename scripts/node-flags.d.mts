/** How Node is started for a gateway: see `node-flags.mjs`. */
export declare const nodeFlags: readonly string[];
