"""Plays the scenarios with psycopg 3 and prints one JSON object for each."""

import querying  # noqa: F401
import preparing  # noqa: F401
import failing  # noqa: F401
import describing  # noqa: F401
