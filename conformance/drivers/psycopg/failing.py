"""Errors and notices, COPY, LISTEN, cancel, time limits and settings."""

import threading
import time
from decimal import Decimal

import psycopg

from stage import attempt, connect, scenario


# Errors, notices


def error(name, statement, parameters=None):
    scenario(f"error.{name}")(lambda conn: conn.execute(statement, parameters).fetchall())


error("unique", "insert into items values (1, 'dup', 1, null)")
error("unique-extended", "insert into items values (%s, 'dup', 1, null)", [1])
error("syntax", "selekt 1")
error("syntax-extended", "selekt %s", [1])
error("division", "select 1 / 0")
error("division-extended", "select 1 / %s", [0])
error("undefined-table", "select * from nowhere")
error("undefined-column", "select nothing from items")
error("undefined-function", "select no_such_function(1)")
error("not-null", "insert into people (id) values (99)")
error("check", "insert into orders (person_id, total) values (1, -1)")
error("foreign-key", "insert into orders (person_id) values (77)")
error("invalid-text", "select 'x'::int")
error("invalid-date", "select '2024-02-30'::date")
error("overflow", "select 2147483647 + 1")
error("in-a-late-row", "select 1 / (500 - i) from generate_series(1, 1000) i")
error("permission", "set session authorization nobody_there")


@scenario("error.diagnostics")
def _(conn):
    try:
        conn.execute("insert into orders (person_id) values (77)")
    except psycopg.Error as failure:
        diag = failure.diag
        return [diag.severity, diag.sqlstate, diag.schema_name, diag.table_name, diag.constraint_name, diag.message_detail]


@scenario("notice")
def _(conn):
    heard = []
    conn.add_notice_handler(lambda diag: heard.append([diag.severity, diag.sqlstate, diag.message_primary]))
    return [conn.execute("select shout('hello')").fetchone(), heard]


@scenario("notice.from-server")
def _(conn):
    heard = []
    conn.add_notice_handler(lambda diag: heard.append([diag.severity, diag.sqlstate]))
    conn.execute("rollback")
    return heard


# COPY


@scenario("copy.out-text")
def _(conn):
    with conn.cursor().copy("copy (select id, label, amount from items order by id) to stdout") as copy:
        return [bytes(part).decode() for part in copy]


@scenario("copy.out-csv")
def _(conn):
    with conn.cursor().copy("copy items (id, label) to stdout (format csv, header)") as copy:
        return b"".join(bytes(part) for part in copy).decode()


@scenario("copy.out-binary")
def _(conn):
    with conn.cursor().copy("copy (select id, label from items order by id) to stdout (format binary)") as copy:
        copy.set_types(["int4", "text"])
        return list(copy.rows())


@scenario("copy.in-text")
def _(conn):
    with conn.cursor().copy("copy items (id, label, amount) from stdin") as copy:
        for n in range(200, 240):
            copy.write_row((n, f"copied\t{n}", Decimal(n)))
    return [conn.execute("select count(*), sum(amount), min(label) from items where id >= 200").fetchone(), conn.execute("delete from items where id >= 200").rowcount]


@scenario("copy.in-binary")
def _(conn):
    with conn.cursor().copy("copy items (id, label) from stdin (format binary)") as copy:
        copy.set_types(["int4", "text"])
        for n in range(200, 240):
            copy.write_row((n, f"copied {n}"))
    return conn.execute("delete from items where id >= 200").rowcount


@scenario("copy.in-failing-row")
def _(conn):
    with conn.cursor().copy("copy items (id, label) from stdin") as copy:
        copy.write("300\tgood\nx\tbad\n")


@scenario("copy.in-given-up")
def _(conn):
    with conn.cursor().copy("copy items (id, label) from stdin") as copy:
        copy.write("300\tgood\n")
        raise ValueError("given up by the client")


@scenario("copy.large")
def _(conn):
    size = 0
    with conn.cursor().copy("copy big to stdout") as copy:
        for part in copy:
            size += len(part)
    return size


# LISTEN, cancel, time limits, settings


@scenario("listen")
def _(conn):
    conn.execute("listen conformance")
    with connect(autocommit=True) as other:
        other.execute("notify conformance, 'hello'")
        other.execute("select pg_notify('conformance', 'again')")
    return [[one.channel, one.payload] for one in conn.notifies(timeout=5, stop_after=2)]


@scenario("cancel")
def _(conn):
    timer = threading.Timer(0.4, conn.cancel)
    timer.start()
    begun = time.monotonic()
    failure = attempt(lambda: conn.execute("select count(*) from big a, big b, big c where c.id <= 12").fetchall())
    timer.join()
    return [failure, time.monotonic() - begun < 4]


@scenario("cancel.safe")
def _(conn):
    timer = threading.Timer(0.4, lambda: conn.cancel_safe(timeout=5))
    timer.start()
    begun = time.monotonic()
    failure = attempt(lambda: conn.execute("select count(*) from big a, big b, big c where c.id <= 12").fetchall())
    timer.join()
    return [failure, time.monotonic() - begun < 4]


@scenario("cancel.nothing-runs")
def _(conn):
    conn.cancel()
    time.sleep(0.2)
    return conn.execute("select 1").fetchone()


@scenario("timeout.statement")
def _(conn):
    conn.execute("set statement_timeout = 200")
    return conn.execute("select count(*) from big a, big b, big c where c.id <= 12").fetchall()


@scenario("settings.show-and-set")
def _(conn):
    answers = [conn.execute("show server_version_num").fetchone(), conn.execute("show all").rowcount > 100]
    conn.execute("set application_name = 'renamed'")
    answers.append(conn.info.parameter_status("application_name"))
    conn.execute("set timezone to 'Europe/Zurich'")
    answers.append([conn.info.parameter_status("TimeZone"), conn.execute("select '2024-07-01 12:00+00'::timestamptz").fetchone()])
    conn.execute("set local statement_timeout = 1")
    conn.execute("select set_config('work_mem', '5MB', false)")
    answers.append(conn.execute("select current_setting('work_mem')").fetchone())
    conn.execute("reset all")
    conn.execute("discard all")
    answers.append(conn.execute("show work_mem").fetchone())
    return answers


@scenario("settings.datestyle")
def _(conn):
    conn.execute("set datestyle = 'SQL, DMY'")
    return attempt(lambda: conn.execute("select '2024-02-29'::date").fetchone())


@scenario("session.functions")
def _(conn):
    return conn.execute("select current_user, session_user, current_schema, pg_is_in_recovery(), version() like 'PostgreSQL%', pg_backend_pid() > 0").fetchone()


@scenario("session.backend-pid")
def _(conn):
    return [conn.info.backend_pid == conn.execute("select pg_backend_pid()").fetchone()[0]]


@scenario("advisory-lock")
def _(conn):
    return conn.execute("select pg_try_advisory_lock(7), pg_advisory_unlock(7)").fetchone()


@scenario("temporary-table")
def _(conn):
    conn.execute("create temp table mine (a int) on commit preserve rows")
    conn.execute("insert into mine select generate_series(1, 5)")
    return conn.execute("select sum(a) from mine").fetchone()


@scenario("identity-and-returning")
def _(conn):
    conn.execute("begin")
    answer = conn.execute("insert into orders (person_id, total) values (3, 9) returning person_id, total, id > 40").fetchone()
    conn.execute("rollback")
    return answer


@scenario("upsert")
def _(conn):
    conn.execute("begin")
    answer = conn.execute("insert into items values (1, 'one', 5, null) on conflict (id) do update set amount = excluded.amount returning id, amount").fetchone()
    conn.execute("rollback")
    return answer


@scenario("function.call")
def _(conn):
    return conn.execute("select total_of(3)").fetchone()


@scenario("explain")
def _(conn):
    return len(conn.execute("explain (costs off) select * from items where id = 1").fetchall()) > 0


@scenario("function.fastpath")
def _(conn):
    return attempt(lambda: conn.execute("select lo_create(0) > 0").fetchone())
