"""Prepared statements, pipelines, cursors and transactions."""

from datetime import date

import psycopg

from stage import attempt, fault, scenario


# Prepared statements, pipelines, cursors


@scenario("prepared.reused")
def _(conn):
    answers = [conn.execute("select label from items where id = %s", [n % 3], prepare=True).fetchall() for n in range(9)]
    return [answers, conn.execute("select count(*) from pg_prepared_statements").fetchone()]


@scenario("prepared.automatic")
def _(conn):
    return [conn.execute("select %s::int + 1", [n]).fetchone()[0] for n in range(12)]


@scenario("prepared.after-ddl")
def _(conn):
    conn.execute("create table scratch (a int)")
    conn.execute("insert into scratch values (1)")
    first = [conn.execute("select * from scratch", prepare=True).fetchall() for _ in range(3)]
    conn.execute("alter table scratch add b text default 'new'")
    second = attempt(lambda: conn.execute("select * from scratch", prepare=True).fetchall())
    conn.execute("drop table scratch")
    return [first, second]


@scenario("prepared.evicted")
def _(conn):
    conn.prepared_max = 2
    for n in range(6):
        conn.execute(f"select {n}", prepare=True)
    return conn.execute("select count(*) <= 3 from pg_prepared_statements").fetchone()


@scenario("pipeline.plain")
def _(conn):
    with conn.pipeline():
        cursors = [conn.execute("select %s::int * 2", [n]) for n in range(50)]
        return [cursor.fetchone()[0] for cursor in cursors]


@scenario("pipeline.error")
def _(conn):
    def body():
        with conn.pipeline() as pipeline:
            first = conn.execute("select 1")
            conn.execute("select 1 / %s", [0])
            conn.execute("select 3")
            pipeline.sync()
            return first.fetchone()

    return [attempt(body), conn.execute("select 4").fetchone()]


@scenario("pipeline.synchronised")
def _(conn):
    with conn.pipeline() as pipeline:
        one = conn.execute("select 1")
        pipeline.sync()
        two = attempt(lambda: conn.execute("select nothing from nowhere").fetchone())
        pipeline.sync()
        three = conn.execute("select 3")
        return [one.fetchone(), two, three.fetchone()]


@scenario("batch.executemany")
def _(conn):
    cursor = conn.cursor()
    cursor.executemany("insert into items values (%s, %s, %s, null)", [(100 + n, f"many {n}", n) for n in range(30)])
    affected = cursor.rowcount
    cursor.executemany("update items set amount = amount + %s where id = %s returning id, amount", [(1, 100), (2, 101)], returning=True)
    answers = [cursor.fetchall()]
    while cursor.nextset():
        answers.append(cursor.fetchall())
    return [affected, answers, conn.execute("delete from items where id >= 100").rowcount]


@scenario("cursor.named")
def _(conn):
    with conn.transaction():
        with conn.cursor(name="walk") as cursor:
            cursor.itersize = 700
            cursor.execute("select id, payload from big order by id")
            return [sum(1 for _ in cursor)]


@scenario("cursor.scroll")
def _(conn):
    with conn.transaction():
        with conn.cursor(name="walk", scrollable=True) as cursor:
            cursor.execute("select id from big order by id")
            cursor.fetchmany(10)
            cursor.scroll(-5)
            return cursor.fetchmany(2)


@scenario("cursor.server-side-stream")
def _(conn):
    return sum(row[0] for row in conn.cursor().stream("select id from big"))


@scenario("cursor.client-side")
def _(conn):
    return psycopg.ClientCursor(conn).execute("select %s, %s, %s::date", ["it's", None, date(2024, 1, 1)]).fetchall()


@scenario("cursor.raw")
def _(conn):
    return psycopg.RawCursor(conn).execute("select $1::int + $2::int", [1, 2]).fetchall()


@scenario("sql.prepare-execute")
def _(conn):
    conn.execute("prepare mine (int) as select $1 + 1")
    return [conn.execute("execute mine (41)").fetchone(), conn.execute("deallocate mine").statusmessage]


@scenario("sql.declare-fetch")
def _(conn):
    conn.execute("begin")
    conn.execute("declare c cursor for select id from items order by id")
    answers = [conn.execute("fetch 1 from c").fetchall(), conn.execute("fetch all from c").fetchall()]
    conn.execute("close c")
    conn.execute("commit")
    return answers


@scenario("sql.do-block")
def _(conn):
    return conn.execute("do $$ begin perform 1; end $$").statusmessage


# Transactions


@scenario("transaction.commit")
def _(conn):
    with conn.transaction():
        conn.execute("insert into items values (50, 'fifty', 5, now())")
    return [conn.execute("select id, label from items where id = 50").fetchall(), conn.execute("delete from items where id = 50").rowcount]


@scenario("transaction.rollback")
def _(conn):
    def body():
        with conn.transaction():
            conn.execute("insert into items values (51, 'fifty-one', 5, now())")
            raise psycopg.Rollback()

    attempt(body)
    return conn.execute("select count(*) from items where id = 51").fetchone()


@scenario("transaction.savepoints")
def _(conn):
    with conn.transaction():
        conn.execute("insert into items values (52, 'fifty-two', 5, now())")
        failure = None
        try:
            with conn.transaction():
                conn.execute("insert into items values (52, 'again', 5, now())")
        except psycopg.Error as error:
            failure = fault(error)
        status = conn.info.transaction_status.name
        conn.execute("delete from items where id = 52")
    return [failure, status]


@scenario("transaction.aborted")
def _(conn):
    conn.execute("begin")
    first = attempt(lambda: conn.execute("select 1 / 0"))
    second = attempt(lambda: conn.execute("select 1"))
    status = conn.info.transaction_status.name
    return [first, second, status, conn.execute("commit").statusmessage]


@scenario("transaction.isolation")
def _(conn):
    conn.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
    conn.read_only = True
    conn.autocommit = False
    shown = conn.execute("show transaction_isolation").fetchone()
    refused = attempt(lambda: conn.execute("delete from items"))
    conn.rollback()
    return [shown, refused]


@scenario("transaction.two-phase")
def _(conn):
    conn.autocommit = False
    conn.tpc_begin(conn.xid(1, "conformance", "x"))
    conn.execute("select 1")
    refused = attempt(conn.tpc_prepare)
    conn.tpc_rollback()
    conn.autocommit = True
    return refused
