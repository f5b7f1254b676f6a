import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testApi } from './test-api.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: object }>> };
  readonly servers?: readonly { readonly url: string }[];
}

describe('the OpenAPI document', async () => {
  const document = await documentOf(null);
  const operations = Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({ name: `${verb} ${path}`, operation })),
  );

  test('is of version 3.1 and has every route', () => {
    assert.match(document.openapi, /^3\.1\./);
    assert.equal(operations.length, 35);
  });

  for (const { name, operation } of operations) {
    test(`${name} has an id, a summary, a good answer and Problem for the others`, () => {
      assert.match(operation.operationId ?? '', /^[a-z][A-Za-z]+$/);
      assert.match(operation.summary ?? '', /^[A-Z].*\.$/);
      assert.equal(operation.tags?.length, 1);
      assert.ok(operation.responses['200']?.content !== undefined);
      for (const status of ['4XX', '5XX']) {
        const problem = '"$ref":"#/components/schemas/Problem"';
        assert.ok(JSON.stringify(operation.responses[status]).includes(problem), `${status} is not a Problem`);
      }
    });
  }

  test('ids are unique', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
  });

  test('schemas have names', () => {
    const expected = [
      ...[
        'Approval',
        'ApprovalDecision',
        'ApprovalDetail',
        'AskingPolicy',
        'Connection',
        'DeniedToken',
        'Endpoint',
        'Explanation',
        'Grant',
        'GrantReview',
        'Health',
        'LedgerEntry',
        'LedgerRecord',
        'LedgerStatus',
        'Listener',
        'Login',
        'OauthError',
        'Origin',
      ],
      ...[
        'Policy',
        'PolicySet',
        'Principal',
        'PrincipalChange',
        'Problem',
        'ProblemError',
        'Quorum',
        'Readiness',
        'ReadinessCheck',
      ],
      ...[
        'Reloaded',
        'RevealedStatement',
        'Session',
        'SessionCredential',
        'SimilarApproval',
        'Termination',
        'Ticket',
        'TicketRevocation',
      ],
      ...['TokenDenial', 'TokenExchanged'],
    ];
    assert.deepEqual(Object.keys(document.components.schemas).sort(), expected);
  });

  test('every reference leads to a schema', () => {
    const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
    assert.ok(references.length > operations.length);
    for (const reference of new Set(references)) {
      const name = /^"\$ref":"#\/components\/schemas\/(\w+)"$/.exec(reference)?.[1] ?? '';
      assert.ok(name in document.components.schemas, reference);
    }
  });

  test('says where the API is', async () => {
    assert.equal(document.servers, undefined);
    assert.deepEqual((await documentOf('https://sluice.example')).servers, [{ url: 'https://sluice.example' }]);
  });
});

async function documentOf(publicUrl: string | null): Promise<Document> {
  return (await testApi({ publicUrl }).send(null, { url: '/openapi.json' })).json();
}
