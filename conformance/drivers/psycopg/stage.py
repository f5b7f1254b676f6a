"""How a scenario is played with psycopg 3: on a connection of its own, told as one JSON object."""

import os

import psycopg
from telling import fault, outcome_of, spell, tell

base = dict(
    host="127.0.0.1",
    port=os.environ["DOOR_PORT"],
    dbname=os.environ["DOOR_DATABASE"],
    user=os.environ["DOOR_USER"],
    password=os.environ["DOOR_PASSWORD"],
    connect_timeout=10,
)


def connect(**more):
    return psycopg.connect(**{**base, **more})


def scenario(name, **options):
    def play(function):
        try:
            with connect(autocommit=True, **options) as conn:
                outcome = outcome_of(lambda: function(conn), lambda: alive(conn))
        except Exception as error:
            outcome = {"connect": fault(error)}
        tell(name, outcome)

    return play


def alive(conn):
    if conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        conn.rollback()
    return conn.execute("select 1").fetchone() == (1,)


def attempt(function):
    try:
        return spell(function())
    except Exception as error:
        return fault(error)
