import { errorCodes } from '../src/core/error-codes.ts';

/** `docs/errors.md`, generated from the registry; a test compares the two. */
export function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { sqlstate, http, exit, meaning }]) => `| \`${code}\` | ${sqlstate} | ${http} | ${exit} | ${meaning} |`,
  );
  return `${introduction}\n${rows.join('\n')}\n`;
}

const introduction = `# Errors

<!-- Generated from src/core/error-codes.ts by \`npm run fix\`. -->

Everything Sluice says no with has a code that is never renamed or reused. Each surface spells it in its own way: a
PostgreSQL client sees the SQLSTATE with a message that starts with \`sluice: \`, a DETAIL that names the statement and a HINT
that says what to do; the API answers with the HTTP status and \`{"error": {"code", "message", "hint"}}\`; the command
line prints the message and the hint and ends with the exit code. A statement that the target itself refuses keeps the
SQLSTATE of the target.

| code | SQLSTATE | HTTP | exit | meaning |
|---|---|---|---|---|`;
