// Played in the cache, beside the client that Prisma generates there.
import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from './generated/index.js';
import { attempt, playScenes } from './node-stage.ts';

const env = (name) => process.env[`DOOR_${name}`] ?? '';
const base = {
  host: '127.0.0.1',
  port: Number(env('PORT')),
  database: env('DATABASE'),
  user: env('USER'),
  password: env('PASSWORD'),
  ssl: { ca: readFileSync(env('AUTHORITY'), 'utf8') },
  max: 4,
};

async function open(options = {}) {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ ...base, ...options }), errorFormat: 'minimal' });
  return {
    prisma,
    alive: async () => (await prisma.$queryRaw`select 1 as one`)[0].one === 1,
    close: () => prisma.$disconnect(),
  };
}

const scenes = [];
const scene = (scenario, play, options) =>
  scenes.push({ scenario, open: () => open(options), play: ({ prisma }) => told(play(prisma)) });

/** Prisma keeps what the server said in the cause of its own error. */
async function told(promise) {
  try {
    return await promise;
  } catch (error) {
    const cause = error?.meta?.driverAdapterError?.cause ?? error?.cause ?? {};
    const said = cause.originalMessage ?? cause.message ?? String(error?.message).split('\n').at(-1);
    throw Object.assign(new Error(said), { code: cause.originalCode ?? cause.code ?? error?.code });
  }
}
const first = { orderBy: { id: 'asc' } };

scene('connect.tls-verified', (p) => p.$queryRaw`select 1 as one`);
scene('connect.plain', (p) => p.$queryRaw`select 1 as one`, { ssl: false });
scene('connect.application-name', (p) => p.$queryRaw`show application_name`, { application_name: 'conformance' });
scene('connect.options', (p) => p.$queryRaw`show lock_timeout`, { options: '-c lock_timeout=1234' });
scene('query.many', (p) => p.items.findMany(first));
scene('query.unique', (p) => Promise.all([1, 2, 3].map((id) => p.items.findUnique({ where: { id } }))));
scene('query.filtered', (p) =>
  p.orders.findMany({
    ...first,
    where: { OR: [{ total: { gt: 30 } }, { person_id: { in: [1, 2] } }], NOT: { total: 36 } },
    take: 5,
    skip: 1,
  }),
);
scene('query.selected', (p) => p.items.findMany({ ...first, select: { label: true } }));
scene('query.counted', (p) => p.orders.count({ where: { total: { lt: 10 } } }));
scene('query.aggregated', (p) =>
  p.orders.aggregate({ _sum: { total: true }, _avg: { total: true }, _max: { id: true } }),
);
scene('query.grouped', (p) =>
  p.orders.groupBy({ by: ['person_id'], _count: true, _sum: { total: true }, orderBy: { person_id: 'asc' } }),
);
scene('query.related', (p) =>
  p.orders.findMany({ ...first, take: 3, include: { person: { select: { id: true, name: true } } } }),
);
scene('query.related-back', (p) =>
  p.people.findMany({ ...first, take: 2, select: { id: true, orders: { orderBy: { id: 'asc' } } } }),
);
scene('query.text', (p) =>
  p.people.findMany({ ...first, select: { id: true }, where: { name: { contains: '1', mode: 'insensitive' } } }),
);
scene('query.paged', (p) => p.big.findMany({ ...first, cursor: { id: 2000 }, take: 3, select: { id: true } }));
scene('query.raw', (p) => p.$queryRaw`select id, label from items where id <= ${2} order by id`);
scene('query.raw-unsafe', (p) => p.$queryRawUnsafe('select $1::int + 1 as more, $2::text as t', 41, 'é漢🙂'));
scene('query.execute-raw', (p) => p.$executeRaw`update items set amount = amount where id <= ${2}`);
scene('query.concurrent', (p) =>
  Promise.all(Array.from({ length: 20 }, (_, n) => p.big.findUnique({ where: { id: n + 1 }, select: { id: true } }))),
);
scene('types.all', (p) => p.typed.findMany({ ...first, where: { id: { in: [1, 3] } }, omit: { ia: true, ta: true } }));
scene('types.extremes', (p) =>
  p.typed.findUnique({ where: { id: 2 }, select: { i2: true, i4: true, i8: true, f8: true, ip: true } }),
);
scene('types.enum', (p) => p.moods.findMany(first));
scene('large.many-rows', async (p) => (await p.big.findMany(first)).length);
scene(
  'large.parameters',
  async (p) =>
    (await p.big.findMany({ select: { id: true }, where: { id: { in: Array.from({ length: 2000 }, (_, n) => n) } } }))
      .length,
);
scene('write.create-update-delete', async (p) => {
  const made = await p.items.create({ data: { id: 80, label: 'eighty', amount: '8.08', made: new Date(0) } });
  const changed = await p.items.update({ where: { id: 80 }, data: { label: 'EIGHTY', amount: { increment: 1 } } });
  const upserted = await p.items.upsert({ where: { id: 80 }, create: { id: 80 }, update: { label: 'again' } });
  return [made, changed, upserted, await p.items.delete({ where: { id: 80 } })];
});
scene('write.many', async (p) => {
  const data = Array.from({ length: 50 }, (_, n) => ({ id: 100 + n, label: `many ${n}` }));
  const made = await p.items.createMany({ data, skipDuplicates: true });
  const returned = await p.items.updateManyAndReturn({ where: { id: { gte: 148 } }, data: { amount: 1 } });
  return [made, returned.length, await p.items.deleteMany({ where: { id: { gte: 100 } } })];
});
scene('transaction.batch', (p) =>
  p.$transaction([p.items.create({ data: { id: 81 } }), p.items.count(), p.items.delete({ where: { id: 81 } })]),
);
scene('transaction.batch-rolled-back', async (p) => {
  const failed = await attempt(
    told(p.$transaction([p.items.create({ data: { id: 82 } }), p.items.create({ data: { id: 1 } })])),
  );
  return [failed, await p.items.count({ where: { id: 82 } })];
});
scene('transaction.interactive', (p) =>
  p.$transaction(
    async (t) => {
      await t.items.create({ data: { id: 83, label: 'inside' } });
      const seen = await t.items.count();
      await t.items.delete({ where: { id: 83 } });
      return seen;
    },
    { isolationLevel: Prisma.TransactionIsolationLevel.Serializable },
  ),
);
scene('transaction.interactive-rolled-back', async (p) => {
  const thrown = await p
    .$transaction(async (t) => {
      await t.items.create({ data: { id: 84 } });
      throw new Error('meant');
    })
    .catch((error) => error.message);
  return [thrown, await p.items.count({ where: { id: 84 } })];
});
scene('error.unique', (p) => p.items.create({ data: { id: 1 } }));
scene('error.foreign-key', (p) => p.orders.create({ data: { person_id: 77 } }));
scene('error.not-found', (p) => p.items.findUniqueOrThrow({ where: { id: 999 } }));
scene('error.division', (p) => p.$queryRaw`select 1 / ${0}::int as d`);
scene('error.syntax', (p) => p.$queryRawUnsafe('selekt 1'));
scene('error.undefined-table', (p) => p.$queryRawUnsafe('select * from nowhere'));
scene('settings.show-and-set', (p) =>
  p.$transaction(async (t) => {
    await t.$executeRawUnsafe("set local timezone to 'Europe/Zurich'");
    return t.$queryRaw`show timezone`;
  }),
);
scene('people.read', (p) => p.people.findMany({ ...first, take: 3, select: { id: true, name: true, ssn: true } }));
scene('people.read-all-columns', (p) => p.people.findMany({ ...first, take: 3 }));
scene('people.join', (p) => p.orders.findMany({ ...first, take: 3, select: { person: { select: { ssn: true } } } }));
scene('people.filter', (p) => p.people.findMany({ where: { ssn: '900-12-0001' }, select: { id: true } }));
scene('people.order', (p) => p.people.findMany({ orderBy: { ssn: 'asc' }, select: { id: true } }));
scene('people.expression', (p) => p.$queryRaw`select upper(ssn) as u from people`);

await playScenes(scenes);
