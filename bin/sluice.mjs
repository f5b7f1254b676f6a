#!/usr/bin/env node
import { realpathSync } from 'node:fs';
// The CLI in a checkout: finds Node 24 as `npm start` does, then runs the verbs.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
process.argv.splice(2, 0, 'src/app/main.ts');
await import(join(root, 'scripts', 'bootstrap.mjs'));
