"""Plays the scenarios with asyncpg and prints one JSON object for each."""

import asyncio
import io
import json
import os
import ssl
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import asyncpg
from telling import fault, outcome_of_async, spell, tell

trusting = ssl.create_default_context(cafile=os.environ["DOOR_AUTHORITY"])
base = dict(
    host="127.0.0.1",
    port=int(os.environ["DOOR_PORT"]),
    database=os.environ["DOOR_DATABASE"],
    user=os.environ["DOOR_USER"],
    password=os.environ["DOOR_PASSWORD"],
    ssl=trusting,
    timeout=10,
    command_timeout=20,
)
scenarios = []


async def attempt(promise):
    try:
        return spell(await promise)
    except Exception as error:
        return fault(error)


def scenario(name, **options):
    def keep(function):
        scenarios.append((name, options, function))

    return keep


async def play(name, options, function):
    try:
        conn = await asyncpg.connect(**{**base, **options})
    except Exception as error:
        return {"connect": fault(error)}

    async def alive():
        if conn.is_in_transaction():
            await conn.execute("rollback")
        return await conn.fetchval("select 1") == 1

    try:
        return await outcome_of_async(lambda: asyncio.wait_for(function(conn), 30), alive)
    finally:
        conn.terminate()


unverified = ssl.create_default_context()
unverified.check_hostname = False
unverified.verify_mode = ssl.CERT_NONE


@scenario("connect.tls-verified")
async def _(conn):
    settings = conn.get_settings()
    return [conn.get_server_version().major, settings.client_encoding, settings.TimeZone, settings.integer_datetimes]


@scenario("connect.tls-unverified", ssl=unverified)
async def _(conn):
    return await conn.fetchval("select 1")


@scenario("connect.tls-direct", ssl=trusting, direct_tls=True)
async def _(conn):
    return await conn.fetchval("select 1")


@scenario("connect.plain", ssl=False)
async def _(conn):
    return await conn.fetchval("select 1")


@scenario("connect.server-settings", server_settings={"statement_timeout": "12345", "jit": "off"})
async def _(conn):
    return [await conn.fetchval("show statement_timeout"), await conn.fetchval("show jit")]


@scenario("connect.application-name", server_settings={"application_name": "conformance"})
async def _(conn):
    return await conn.fetchval("show application_name")


@scenario("query.simple")
async def _(conn):
    return [await conn.execute("select 1; select 2"), await conn.execute("update items set amount = amount")]


@scenario("query.fetch-kinds")
async def _(conn):
    return [
        await conn.fetch("select id, label from items order by id"),
        await conn.fetchrow("select id, label from items where id = $1", 2),
        await conn.fetchrow("select id from items where id = -1"),
        await conn.fetchval("select label from items where id = $1", 1),
    ]


@scenario("types.binary")
async def _(conn):
    return await conn.fetch("select id, b, i2, i4, i8, f4, f8, num, t, v, c, ti, iv, u, by, j, jb, ip, ia, ta, r from typed order by id")


@scenario("types.dates")
async def _(conn):
    return await conn.fetch("select d, ts, tz, 'infinity'::date, '-infinity'::timestamptz, 'infinity'::timestamp from typed order by id")


@scenario("types.numbers")
async def _(conn):
    return await conn.fetchrow("select 'NaN'::numeric, 'infinity'::numeric, '-0'::float8, 1e-300::float8, 10::numeric ^ 60")


values = [
    ("bool", True), ("int2", 5), ("int8", 2**62), ("float8", 0.1), ("numeric", Decimal("1e-20")), ("text", "é漢🙂'\"\\"), ("bytea", b"\x00\xff'"),
    ("date", date(2024, 2, 29)), ("timestamp", datetime(1, 1, 1)), ("timestamptz", datetime(2024, 2, 29, 1, 2, 3, 4, timezone.utc)),
    ("time", time(23, 59, 59, 9)), ("interval", timedelta(days=-3, microseconds=7)), ("uuid", UUID(int=7)), ("int4[]", [1, None, 3]),
    ("text[]", ["a,b", None, '"']), ("int4[]", [[1, 2], [3, 4]]), ("jsonb", '{"k": "ü"}'), ("text", None), ("int4range", asyncpg.Range(1, 5)),
    ("point", asyncpg.Point(1, 2)), ("inet", "192.0.2.1"), ("varbit", asyncpg.BitString("1010")),
]


@scenario("parameters.binary")
async def _(conn):
    return [await attempt(conn.fetchval(f"select $1::{kind}", value)) for kind, value in values]


@scenario("types.introspected")
async def _(conn):
    rows = await conn.fetch("select id, m, p, n, array[m] as ms from moods order by id")
    return [rows, await conn.fetchval("select $1::mood", "calm"), await conn.fetchval("select ($1::pair).b", (1, "x"))]


@scenario("types.codec")
async def _(conn):
    await conn.set_type_codec("json", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    return await conn.fetchval("select $1::json", {"a": [1, None]})


@scenario("types.reload")
async def _(conn):
    await conn.reload_schema_state()
    return await conn.fetchval("select 'glad'::mood")


@scenario("large.result")
async def _(conn):
    return [len(await conn.fetchval("select repeat('x', 3000000)")), len(await conn.fetch("select i, 'row ' || i from generate_series(1, 50000) i"))]


@scenario("large.parameter")
async def _(conn):
    return await conn.fetchrow("select length($1::text), md5($2::bytea)", "x" * 3_000_000, b"y" * 1_000_000)


@scenario("prepared.reused")
async def _(conn):
    statement = await conn.prepare("select label, amount from items where id = $1")
    shape = [[one.name, one.type.name] for one in statement.get_attributes()] + [one.name for one in statement.get_parameters()]
    return [shape, [await statement.fetch(n % 3) for n in range(9)], statement.get_statusmsg()]


@scenario("prepared.cache")
async def _(conn):
    return [await conn.fetchval(f"select {n % 130} + $1::int", n) for n in range(260)]


@scenario("prepared.cache-off", statement_cache_size=0)
async def _(conn):
    return [await conn.fetchval("select $1::int", n) for n in range(20)]


@scenario("prepared.explain")
async def _(conn):
    statement = await conn.prepare("select id from items where id = 1")
    return type(await statement.explain()).__name__


@scenario("prepared.after-ddl")
async def _(conn):
    await conn.execute("create table scratch (a int); insert into scratch values (1)")
    first = await attempt(conn.fetch("select * from scratch"))
    await attempt(conn.execute("alter table scratch add b text default 'new'"))
    second = await attempt(conn.fetch("select * from scratch"))
    await conn.execute("drop table scratch")
    return [first, second]


@scenario("batch.executemany")
async def _(conn):
    await conn.executemany("insert into items (id, label, amount) values ($1, $2, $3)", [(n, f"many {n}", Decimal(n)) for n in range(100, 1100)])
    return [await conn.fetchrow("select count(*), sum(amount) from items where id >= 100"), await conn.execute("delete from items where id >= 100")]


@scenario("batch.fetchmany")
async def _(conn):
    return await conn.fetchmany("select $1::int * 2", [(n,) for n in range(20)])


@scenario("batch.failing")
async def _(conn):
    failure = await attempt(conn.executemany("insert into items (id, label) values ($1, $2)", [(100, "a"), (1, "b"), (101, "c")]))
    return [failure, await conn.fetchval("select count(*) from items where id >= 100")]


@scenario("cursor.iterated")
async def _(conn):
    async with conn.transaction():
        total = 0
        async for row in conn.cursor("select id from big order by id", prefetch=300):
            total += row["id"]
        return total


@scenario("cursor.stepped")
async def _(conn):
    async with conn.transaction():
        cursor = await conn.cursor("select id from big order by id")
        first = await cursor.fetch(3)
        await cursor.forward(100)
        return [first, await cursor.fetchrow()]


@scenario("transaction.nested")
async def _(conn):
    async with conn.transaction(isolation="serializable"):
        await conn.execute("insert into items values (60, 'sixty', 1, null)")
        try:
            async with conn.transaction():
                await conn.execute("insert into items values (60, 'again', 1, null)")
        except asyncpg.UniqueViolationError as error:
            failure = fault(error)
        kept = await conn.fetchval("select count(*) from items where id = 60")
        await conn.execute("delete from items where id = 60")
        return [failure, kept]


@scenario("transaction.read-only")
async def _(conn):
    async with conn.transaction(readonly=True, isolation="repeatable_read", deferrable=True):
        return await attempt(conn.execute("delete from items"))


@scenario("transaction.aborted")
async def _(conn):
    await conn.execute("begin")
    return [await attempt(conn.fetch("select 1 / 0")), await attempt(conn.fetch("select 1")), await conn.execute("rollback")]


for name, statement in {
    "unique": "insert into items values (1, 'dup', 1, null)",
    "syntax": "selekt 1",
    "division": "select 1 / 0",
    "undefined-table": "select * from nowhere",
    "undefined-column": "select nothing from items",
    "foreign-key": "insert into orders (person_id) values (77)",
    "invalid-text": "select 'x'::int",
}.items():
    scenario(f"error.{name}")(lambda conn, statement=statement: conn.fetch(statement))
    scenario(f"error.{name}-simple")(lambda conn, statement=statement: conn.execute(statement))


@scenario("error.wrong-parameter")
async def _(conn):
    return await attempt(conn.fetch("select $1::int", "text"))


@scenario("notice")
async def _(conn):
    heard = []
    conn.add_log_listener(lambda _, message: heard.append([message.severity, message.message]))
    answer = await conn.fetchval("select shout('hello')")
    await asyncio.sleep(0.05)
    return [answer, heard]


@scenario("copy.out")
async def _(conn):
    sink = io.BytesIO()
    status = await conn.copy_from_query("select id, label from items order by id", output=sink, format="csv", header=True)
    return [status, sink.getvalue().decode()]


@scenario("copy.table-binary")
async def _(conn):
    sink = io.BytesIO()
    return [await conn.copy_from_table("items", columns=["id", "label"], output=sink, format="binary"), len(sink.getvalue())]


@scenario("copy.in")
async def _(conn):
    status = await conn.copy_to_table("items", source=io.BytesIO(b"200,a\n201,b\n"), columns=["id", "label"], format="csv")
    return [status, await conn.execute("delete from items where id >= 200")]


@scenario("copy.records")
async def _(conn):
    status = await conn.copy_records_to_table("items", records=[(n, f"r{n}", Decimal(n)) for n in range(200, 700)], columns=["id", "label", "amount"])
    return [status, await conn.execute("delete from items where id >= 200")]


@scenario("listen")
async def _(conn):
    heard = []
    arrived = asyncio.Event()

    def hear(_, pid, channel, payload):
        heard.append([channel, payload])
        arrived.set()

    await conn.add_listener("conformance", hear)
    await conn.execute("notify conformance, 'hello'")
    await asyncio.wait_for(arrived.wait(), 5)
    await conn.remove_listener("conformance", hear)
    return heard


@scenario("cancel.by-timeout")
async def _(conn):
    loop = asyncio.get_running_loop()
    begun = loop.time()
    failure = await attempt(conn.fetch("select count(*) from big a, big b, big c where c.id <= 12", timeout=0.4))
    after = await attempt(conn.fetch("select 1"))
    return [failure, after, loop.time() - begun < 4]


@scenario("cancel.by-task")
async def _(conn):
    loop = asyncio.get_running_loop()
    begun = loop.time()
    task = asyncio.create_task(conn.fetch("select count(*) from big a, big b, big c where c.id <= 12"))
    await asyncio.sleep(0.3)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    return [await attempt(conn.fetch("select 1")), loop.time() - begun < 4]


@scenario("timeout.statement")
async def _(conn):
    await conn.execute("set statement_timeout = 200")
    return await conn.fetch("select count(*) from big a, big b, big c where c.id <= 12")


@scenario("session.reset")
async def _(conn):
    await conn.execute("set timezone to 'Europe/Zurich'")
    await conn.reset()
    return await conn.fetchval("show timezone")


@scenario("session.pool")
async def _(_):
    async with asyncpg.create_pool(**{**base, "min_size": 1, "max_size": 3}) as pool:
        async def one(n):
            async with pool.acquire() as conn:
                return await conn.fetchval("select $1::int", n)

        return await asyncio.gather(*(one(n) for n in range(20)))


@scenario("session.pool-reset-query")
async def _(conn):
    return await conn.execute(conn.get_reset_query())


@scenario("settings.show")
async def _(conn):
    return [await conn.fetchval("show server_version_num"), await conn.fetchval("select current_setting('work_mem')"), len(await conn.fetch("show all")) > 100]


@scenario("people.read")
async def _(conn):
    return await conn.fetch("select id, name, ssn, born from people where id <= $1 order by id", 3)


@scenario("people.star")
async def _(conn):
    return await conn.fetch("select * from people where id = 2")


@scenario("people.prepared")
async def _(conn):
    statement = await conn.prepare("select ssn, born from people where id = $1")
    return [await statement.fetch(n) for n in (1, 2, 1)]


@scenario("people.cursor-read")
async def _(conn):
    async with conn.transaction():
        return [row["ssn"] async for row in conn.cursor("select ssn from people order by id", prefetch=5)]


@scenario("people.filter")
async def _(conn):
    return await conn.fetch("select id from people where ssn = $1", "900-12-0001")


@scenario("people.filter-simple")
async def _(conn):
    return await conn.execute("select id from people where ssn = '900-12-0001'")


@scenario("people.expression")
async def _(conn):
    return await conn.fetch("select upper(ssn) from people")


@scenario("people.copy")
async def _(conn):
    return await conn.copy_from_table("people", output=io.BytesIO())


async def main():
    for name, options, function in scenarios:
        tell(name, await play(name, options, function))


asyncio.run(main())
