"""Connecting, queries, types and parameters."""

import hashlib
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

from psycopg.types.json import Json, Jsonb

from stage import attempt, scenario


# Connecting


@scenario("connect.tls-verified")
def _(conn):
    return [conn.info.transaction_status.name, conn.pgconn.ssl_in_use, conn.info.encoding, conn.pgconn.protocol_version]


@scenario("connect.tls-unverified", sslmode="require", sslrootcert="")
def _(conn):
    return conn.execute("select 1").fetchall()


@scenario("connect.plain", sslmode="disable")
def _(conn):
    return conn.execute("select 1").fetchall()


@scenario("connect.wrong-password", password="wrong")
def _(conn):
    return "let in"


@scenario("connect.application-name", application_name="conformance ü")
def _(conn):
    return [conn.execute("show application_name").fetchone(), conn.info.parameter_status("application_name")]


@scenario("connect.options", options="-c statement_timeout=12345 -c search_path=public,pg_catalog")
def _(conn):
    return [conn.execute("show statement_timeout").fetchone(), conn.execute("show search_path").fetchone()]


@scenario("connect.parameters")
def _(conn):
    names = "server_version server_encoding client_encoding DateStyle TimeZone integer_datetimes standard_conforming_strings IntervalStyle is_superuser session_authorization in_hot_standby default_transaction_read_only".split()
    return {name: conn.info.parameter_status(name) for name in names}


# Queries and types


@scenario("query.simple")
def _(conn):
    return conn.pgconn.exec_(b"select 1 as a, 'x'::text as b").get_value(0, 1).decode()


@scenario("query.several-statements")
def _(conn):
    cursor = conn.execute("select 1; select 'two'; select null::int, 3")
    answers = [cursor.fetchall()]
    while cursor.nextset():
        answers.append(cursor.fetchall())
    return answers


@scenario("query.empty")
def _(conn):
    return conn.execute("").statusmessage


@scenario("query.no-rows")
def _(conn):
    cursor = conn.execute("select id, label from items where id < 0")
    return [cursor.description[0].name, cursor.description[1].type_code, cursor.fetchall(), cursor.statusmessage]


columns = "id b i2 i4 i8 f4 f8 num t v c ti iv u by j jb ip ia ta r"


@scenario("types.text")
def _(conn):
    return conn.execute(f"select {columns.replace(' ', ', ')} from typed order by id").fetchall()


@scenario("types.binary")
def _(conn):
    cursor = conn.cursor(binary=True)
    return cursor.execute(f"select {columns.replace(' ', ', ')} from typed order by id").fetchall()


@scenario("types.dates")
def _(conn):
    return [conn.cursor(binary=binary).execute("select d, ts, tz from typed order by id").fetchall() for binary in (False, True)]


@scenario("types.infinity")
def _(conn):
    return conn.execute("select 'infinity'::date::text, '-infinity'::timestamptz::text, 'NaN'::numeric, 'infinity'::float8, '-0'::float8").fetchall()


@scenario("types.infinity-refused-by-driver")
def _(conn):
    return conn.execute("select 'infinity'::date").fetchall()


values = [
    ("bool", True), ("int2", 5), ("int8", 2**62), ("float8", 0.1), ("numeric", Decimal("1e-20")), ("numeric", Decimal("NaN")),
    ("text", "é漢🙂'\"\\"), ("bytea", b"\x00\xff'"), ("date", date(2024, 2, 29)), ("timestamp", datetime(1, 1, 1)),
    ("timestamptz", datetime(2024, 2, 29, 1, 2, 3, 4, timezone.utc)), ("interval", timedelta(days=-3, microseconds=7)),
    ("uuid", UUID(int=7)), ("int4[]", [1, None, 3]), ("text[]", ["a,b", None, '"']), ("int4[]", [[1, 2], [3, 4]]),
    ("json", Json({"a": [1, None]})), ("jsonb", Jsonb({"k": "ü"})), ("text", None), ("int4", None),
]


@scenario("parameters.text")
def _(conn):
    return [conn.execute(f"select %t::{kind}", [value]).fetchone() for kind, value in values]


@scenario("parameters.binary")
def _(conn):
    cursor = conn.cursor(binary=True)
    return [attempt(lambda: cursor.execute(f"select %b::{kind}", [value]).fetchone()) for kind, value in values]


@scenario("parameters.many")
def _(conn):
    return conn.execute("select count(*), sum(n) from (values " + ",".join(["(%s::int8)"] * 3000) + ") as v (n)", list(range(3000))).fetchone()


@scenario("query.deep-chain")
def _(conn):
    return conn.execute("select " + "+".join(["1"] * 1500)).fetchone()


@scenario("large.result")
def _(conn):
    text = conn.execute("select string_agg(md5(i::text), '') from generate_series(1, 100000) i").fetchone()[0]
    return [len(text), hashlib.sha256(text.encode()).hexdigest()]


@scenario("large.parameter")
def _(conn):
    return conn.execute("select length(%s::text), md5(%s::bytea)", ["x" * 3_000_000, b"y" * 1_000_000]).fetchone()


@scenario("large.many-rows")
def _(conn):
    rows = conn.execute("select i, 'row ' || i from generate_series(1, 50000) i").fetchall()
    return [len(rows), rows[-1]]


@scenario("types.enum-composite-domain")
def _(conn):
    from psycopg.types.composite import CompositeInfo
    from psycopg.types.enum import EnumInfo

    info = CompositeInfo.fetch(conn, "pair")
    mood = EnumInfo.fetch(conn, "mood")
    info.register(conn)
    return [[field for field in info.field_names], mood.labels, conn.execute("select id, m, p, n from moods order by id").fetchall()]
