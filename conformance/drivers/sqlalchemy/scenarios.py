"""Plays the scenarios with SQLAlchemy over psycopg and asyncpg, and prints one JSON object for each."""

import asyncio
import os
import ssl
import warnings

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from telling import fault, outcome_of, tell

warnings.simplefilter("ignore")


def url(driver, **query):
    return sa.URL.create(
        f"postgresql+{driver}", os.environ["DOOR_USER"], os.environ["DOOR_PASSWORD"], "127.0.0.1", int(os.environ["DOOR_PORT"]), os.environ["DOOR_DATABASE"], query=query
    )


engine = sa.create_engine(url("psycopg"), pool_size=2)


def scenario(name):
    return lambda function: tell(name, outcome_of(function, alive))


def alive():
    with engine.connect() as conn:
        return conn.scalar(sa.text("select 1")) == 1


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    amount: Mapped[float | None]


class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    ssn: Mapped[str | None]


inspected = sa.inspect(engine)


@scenario("metadata.names")
def _():
    return [inspected.get_schema_names(), sorted(inspected.get_table_names()), inspected.get_view_names(), inspected.get_sequence_names()]


for method in "get_columns get_pk_constraint get_foreign_keys get_indexes get_unique_constraints get_check_constraints get_table_comment".split():
    for table in ("orders", "items", "people", "moods"):
        scenario(f"metadata.{method.replace('_', '-')}-{table}")(lambda: getattr(inspected, method)(table))


@scenario("metadata.enums-and-domains")
def _():
    return [inspected.get_enums(), inspected.get_domains()]


@scenario("metadata.view-definition")
def _():
    return inspected.get_view_definition("busy_people")


@scenario("metadata.has")
def _():
    return [inspected.has_table("items"), inspected.has_table("nowhere"), inspected.has_index("orders", "orders_by_person")]


@scenario("metadata.reflected")
def _():
    found = sa.MetaData()
    found.reflect(engine, views=True)
    return sorted((table.name, [str(column.type) for column in table.columns]) for table in found.tables.values())


@scenario("metadata.multi")
def _():
    return sorted((str(key), [one["name"] for one in columns]) for key, columns in inspected.get_multi_columns().items())


@scenario("orm.read-and-write")
def _():
    with Session(engine) as session:
        session.add_all([Item(id=300 + n, label=f"orm {n}", amount=n) for n in range(20)])
        session.flush()
        first = session.scalars(sa.select(Item).where(Item.id >= 300).order_by(Item.id).limit(2)).all()
        first[0].amount = 7.5
        session.flush()
        session.delete(first[1])
        session.flush()
        total = session.scalar(sa.select(sa.func.sum(Item.amount)).where(Item.id >= 300))
        session.rollback()
        return [total]


@scenario("orm.savepoint")
def _():
    with Session(engine) as session:
        session.add(Item(id=330, label="kept", amount=1))
        session.flush()
        try:
            with session.begin_nested():
                session.execute(sa.insert(Item).values(id=330, label="again"))
        except sa.exc.IntegrityError as error:
            failure = fault(error)
        count = session.scalar(sa.select(sa.func.count()).where(Item.id == 330))
        session.rollback()
        return [failure, count]


@scenario("core.insert-many-values")
def _():
    with engine.connect() as conn:
        answer = conn.execute(sa.insert(Item.__table__).returning(Item.id), [{"id": 400 + n, "label": f"m{n}"} for n in range(50)]).all()
        conn.rollback()
        return len(answer)


@scenario("core.streamed")
def _():
    with engine.connect() as conn:
        return sum(row[0] for row in conn.execution_options(stream_results=True, yield_per=500).execute(sa.text("select id from big")))


@scenario("core.isolation")
def _():
    with engine.connect().execution_options(isolation_level="SERIALIZABLE", postgresql_readonly=True) as conn:
        return [conn.get_isolation_level(), conn.scalar(sa.text("show transaction_read_only"))]


@scenario("core.autocommit")
def _():
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        return conn.scalar(sa.text("select 5"))


@scenario("core.ddl")
def _():
    table = sa.Table("scratch", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("made", sa.DateTime(True), server_default=sa.func.now()))
    table.create(engine)
    try:
        with engine.begin() as conn:
            conn.execute(sa.insert(table), [{"id": 1}, {"id": 2}])
            return conn.scalar(sa.select(sa.func.count()).select_from(table))
    finally:
        table.drop(engine)


@scenario("core.pool-pre-ping")
def _():
    other = sa.create_engine(url("psycopg"), pool_pre_ping=True)
    for _ in range(3):
        with other.connect() as conn:
            answer = conn.scalar(sa.text("select 3"))
    other.dispose()
    return answer


@scenario("core.asyncpg")
def _():
    async def body():
        other = create_async_engine(url("asyncpg"), connect_args={"ssl": ssl.create_default_context(cafile=os.environ["DOOR_AUTHORITY"])})
        async with other.connect() as conn:
            answer = (await conn.execute(sa.select(Item.id, Item.label).order_by(Item.id))).all()
        await other.dispose()
        return answer

    return asyncio.run(body())


@scenario("people.read")
def _():
    with Session(engine) as session:
        return [[one.name, one.ssn] for one in session.scalars(sa.select(Person).where(Person.id <= 3).order_by(Person.id))]


@scenario("people.filter")
def _():
    with Session(engine) as session:
        return session.scalars(sa.select(Person.id).where(Person.ssn == "900-12-0001")).all()


@scenario("people.expression")
def _():
    with Session(engine) as session:
        return session.scalars(sa.select(sa.func.upper(Person.ssn))).all()
