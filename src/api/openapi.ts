import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

/** The document at `/openapi.json`, generated from the routes. */
export function openapiOptions(publicUrl: string | null): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sluice',
        version: '1',
        description: 'The API of one gateway. Errors have one form, Problem; codes are listed in docs/errors.md.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      ...(publicUrl === null ? {} : { servers: [{ url: publicUrl }] }),
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token of an accepted issuer.' } },
      },
      security: [{ token: [] }],
    },
    // Named schemas keep their names; the default would number them.
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `schema-${index}`,
    },
  };
}
