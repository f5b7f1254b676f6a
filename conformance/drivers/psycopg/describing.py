"""Metadata, and the protected columns."""

import asyncio

import psycopg
from psycopg.rows import dict_row

from stage import attempt, base, scenario


# Metadata


@scenario("metadata.information-schema")
def _(conn):
    return [
        conn.execute("select table_name, table_type from information_schema.tables where table_schema = 'public' order by 1").fetchall(),
        conn.execute("select column_name, data_type, is_nullable from information_schema.columns where table_name = 'items' order by ordinal_position").fetchall(),
    ]


@scenario("metadata.pg-catalog")
def _(conn):
    return conn.execute(
        "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid) from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum where c.relname = 'orders' and a.attnum > 0 order by a.attnum"
    ).fetchall()


# The protected columns


def people(name, statement, parameters=None, **options):
    scenario(f"people.{name}")(lambda conn: conn.cursor(row_factory=dict_row, **options).execute(statement, parameters).fetchall())


people("read", "select id, name, ssn, born from people where id <= 3 order by id")
people("read-extended", "select id, name, ssn, born from people where id <= %s order by id", [3])
people("read-binary", "select id, name, ssn, born from people where id <= %s order by id", [3], binary=True)
people("star", "select * from people where id = 2")
people("join", "select p.ssn, o.total from people p join orders o on o.person_id = p.id where o.id <= 3 order by o.id")
people("unprotected", "select id, name, score from people order by score desc limit 2")
people("count", "select count(*) from people")
people("filter", "select id from people where ssn = '900-12-0001'")
people("filter-extended", "select id from people where ssn = %s", ["900-12-0001"])
people("expression", "select upper(ssn) as u from people")
people("order", "select id from people order by ssn")


@scenario("people.prepared")
def _(conn):
    return [conn.execute("select ssn from people where id = %s", [n], prepare=True).fetchone() for n in (1, 2, 1)]


@scenario("people.pipeline-refused")
def _(conn):
    def body():
        with conn.pipeline():
            one = conn.execute("select 1")
            two = conn.execute("select id from people where ssn = %s", ["x"])
            three = conn.execute("select 3")
            return [attempt(one.fetchone), attempt(two.fetchall), attempt(three.fetchone)]

    return [attempt(body), conn.execute("select 4").fetchone()]


@scenario("people.refused-in-transaction")
def _(conn):
    conn.execute("begin")
    first = attempt(lambda: conn.execute("select id from people where ssn = 'x'").fetchall())
    return [first, conn.info.transaction_status.name, attempt(lambda: conn.execute("select 1").fetchall()), conn.execute("rollback").statusmessage]


@scenario("people.copy")
def _(conn):
    with conn.cursor().copy("copy people to stdout") as copy:
        return sum(1 for _ in copy)


@scenario("people.async")
def _(conn):
    async def body():
        other = await psycopg.AsyncConnection.connect(**base)
        async with other:
            return await (await other.execute("select id, ssn from people where id = 1")).fetchall()

    return asyncio.run(body())
