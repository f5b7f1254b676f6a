"""What the programs of all Python drivers share: how an outcome is spelt and told."""

import json
import os
from collections.abc import Sequence

port = os.environ["DOOR_PORT"]


def tell(scenario, outcome):
    """One JSON object a line. Where the door is must not count as a difference."""
    print(json.dumps({"scenario": scenario, "outcome": outcome}).replace(port, "PORT"), flush=True)


def outcome_of(play, alive):
    """What came of playing, and whether the session lives on."""
    try:
        outcome = {"value": spell(play())}
    except Exception as error:
        outcome = {"error": fault(error)}
    try:
        outcome["alive"] = alive()
    except Exception as error:
        outcome["alive"] = fault(error)
    return outcome


async def outcome_of_async(play, alive):
    try:
        outcome = {"value": spell(await play())}
    except Exception as error:
        outcome = {"error": fault(error)}
    try:
        outcome["alive"] = await alive()
    except Exception as error:
        outcome["alive"] = fault(error)
    return outcome


def spell(value):
    if isinstance(value, dict):
        return {str(key): spell(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray, memoryview)):
        return [spell(one) for one in value]
    # A row that is no sequence.
    if hasattr(value, "values"):
        return [spell(one) for one in value.values()]
    if isinstance(value, int) and abs(value) > 2**53:
        return f"int {value}"
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return f"{type(value).__name__} {value!r}"


def fault(error):
    """SQLAlchemy keeps the driver's own error in `orig`."""
    origin = getattr(error, "orig", None) or error
    words = getattr(getattr(origin, "diag", None), "message_primary", None) or str(origin).split("\n")[0][:200]
    return {"kind": type(error).__name__, "sqlstate": getattr(origin, "sqlstate", None), "text": words}
