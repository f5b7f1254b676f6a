"""How a scenario is played with psycopg 3: on a connection of its own, told as one JSON object."""

import json
import os

import psycopg

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


def fault_words(text):
    return text.split("\n")[0][:200].replace(base["port"], "PORT")


def spell(value):
    if isinstance(value, (list, tuple)):
        return [spell(one) for one in value]
    if isinstance(value, dict):
        return {str(key): spell(one) for key, one in value.items()}
    if isinstance(value, int) and abs(value) > 2**53:
        return f"int {value}"
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return f"{type(value).__name__} {value!r}"


def fault(error):
    diag = getattr(error, "diag", None)
    return {
        "kind": type(error).__name__,
        "sqlstate": getattr(error, "sqlstate", None),
        "text": getattr(diag, "message_primary", None) or fault_words(str(error)),
    }


def scenario(name, **options):
    def play(function):
        try:
            with connect(autocommit=True, **options) as conn:
                try:
                    outcome = {"value": spell(function(conn))}
                except Exception as error:
                    outcome = {"error": fault(error)}
                try:
                    if conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                        conn.rollback()
                    outcome["alive"] = conn.execute("select 1").fetchone() == (1,)
                except Exception as error:
                    outcome["alive"] = fault(error)
        except Exception as error:
            outcome = {"connect": fault(error)}
        print(json.dumps({"scenario": name, "outcome": outcome}), flush=True)

    return play


def attempt(function):
    try:
        return spell(function())
    except Exception as error:
        return fault(error)
