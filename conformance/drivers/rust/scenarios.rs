// Plays the scenarios with tokio-postgres and sqlx, and prints one JSON object for each.
use futures_util::{pin_mut, SinkExt, StreamExt, TryStreamExt};
use serde_json::{json, Value};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions, PgSslMode};
use sqlx::{Column, Connection, Executor, Row, TypeInfo};
use std::error::Error;
use std::future::Future;
use std::time::{Duration, Instant};
use tokio_postgres::{Client, Config, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

type Answer = Result<Value, Box<dyn Error>>;

fn env(name: &str) -> String {
    std::env::var(format!("DOOR_{name}")).unwrap_or_default()
}

fn trust() -> MakeRustlsConnect {
    let pem = std::fs::read(env("AUTHORITY")).expect("the authority's certificate");
    let mut roots = rustls::RootCertStore::empty();
    for one in rustls_pemfile::certs(&mut pem.as_slice()) {
        roots.add(one.expect("a certificate")).expect("a certificate to trust");
    }
    MakeRustlsConnect::new(rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

async fn open() -> Result<Client, tokio_postgres::Error> {
    let mut config = Config::new();
    config.host("127.0.0.1").port(env("PORT").parse().unwrap_or(0)).dbname(env("DATABASE")).user(env("USER")).password(env("PASSWORD"));
    let (client, connection) = config.connect(trust()).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn open_sqlx() -> Result<PgConnection, sqlx::Error> {
    PgConnection::connect_with(&options()).await
}

fn options() -> PgConnectOptions {
    PgConnectOptions::new()
        .host("127.0.0.1")
        .port(env("PORT").parse().unwrap_or(0))
        .database(&env("DATABASE"))
        .username(&env("USER"))
        .password(&env("PASSWORD"))
        .ssl_mode(PgSslMode::VerifyFull)
        .ssl_root_cert(env("AUTHORITY"))
}

fn fault(error: &(dyn Error + 'static)) -> Value {
    if let Some(error) = error.downcast_ref::<tokio_postgres::Error>() {
        if let Some(said) = error.as_db_error() {
            return json!({ "sqlstate": said.code().code(), "text": said.message() });
        }
    }
    if let Some(sqlx::Error::Database(said)) = error.downcast_ref::<sqlx::Error>() {
        return json!({ "sqlstate": said.code(), "text": said.message() });
    }
    json!({ "sqlstate": null, "text": error.to_string() })
}

fn attempt<T, E: Error + 'static>(result: Result<T, E>, tell: impl Fn(T) -> Value) -> Value {
    match result {
        Ok(value) => tell(value),
        Err(error) => fault(&error),
    }
}

fn print(scenario: &str, answer: Answer, alive: Value) {
    let outcome = match answer {
        Ok(value) => json!({ "value": value, "alive": alive }),
        Err(error) => json!({ "error": fault(error.as_ref()), "alive": alive }),
    };
    println!("{}", json!({ "scenario": scenario, "outcome": outcome }));
}

async fn scenario<'a, F: Future<Output = (Answer, Client)>>(name: &str, act: impl FnOnce(Client) -> F) {
    match open().await {
        Err(error) => println!("{}", json!({ "scenario": name, "outcome": { "connect": fault(&error) } })),
        Ok(client) => match tokio::time::timeout(Duration::from_secs(20), act(client)).await {
            Err(_) => print(name, Ok(json!("no answer in time")), json!(false)),
            Ok((answer, client)) => {
                let alive = attempt(client.query_one("select 1", &[]).await, |row| json!(row.get::<_, i32>(0) == 1));
                print(name, answer, alive);
            }
        },
    }
}

macro_rules! play {
    ($name:expr, |$client:ident| $body:block) => {
        scenario($name, |mut client| async move {
            let answer: Answer = async {
                let $client = &mut client;
                $body
            }
            .await;
            (answer, client)
        })
        .await
    };
}

macro_rules! play_sqlx {
    ($name:expr, |$conn:ident| $body:block) => {
        match open_sqlx().await {
            Err(error) => println!("{}", json!({ "scenario": $name, "outcome": { "connect": fault(&error) } })),
            Ok(mut owned) => {
                let answer: Answer = async {
                    let $conn = &mut owned;
                    $body
                }
                .await;
                let alive = attempt(sqlx::query("select 1").fetch_one(&mut owned).await, |_| json!(true));
                print($name, answer, alive);
            }
        }
    };
}

async fn texts(client: &Client, sql: &str) -> Answer {
    let mut all = vec![];
    for message in client.simple_query(sql).await? {
        match message {
            SimpleQueryMessage::Row(row) => all.push(json!((0..row.len()).map(|i| row.get(i)).collect::<Vec<_>>())),
            SimpleQueryMessage::CommandComplete(count) => all.push(json!(count)),
            _ => (),
        }
    }
    Ok(json!(all))
}

#[tokio::main]
async fn main() {
    with_tokio_postgres().await;
    with_sqlx().await;
}

async fn with_tokio_postgres() {
    play!("query.simple", |c| { texts(c, "select 1, null; select 'two'; update items set amount = amount").await });
    play!("types.text", |c| { texts(c, "select * from typed order by id").await });
    play!("types.binary", |c| {
        let row = c.query_one("select b, i2, i4, i8, f4, f8, t, by, ia, ta from typed where id = 1", &[]).await?;
        Ok(json!([row.get::<_, bool>(0), row.get::<_, i16>(1), row.get::<_, i32>(2), row.get::<_, i64>(3), row.get::<_, f32>(4), row.get::<_, f64>(5),
            row.get::<_, String>(6), row.get::<_, Vec<u8>>(7), row.get::<_, Vec<Option<i32>>>(8), row.get::<_, Vec<Option<String>>>(9)]))
    });
    play!("types.introspected", |c| {
        let statement = c.prepare("select m, p, n, array[m] from moods where id = $1").await?;
        Ok(json!(statement.columns().iter().map(|one| format!("{} {:?}", one.name(), one.type_().kind())).map(|text| text.split('(').next().unwrap_or("").to_string()).collect::<Vec<_>>()))
    });
    play!("parameters", |c| {
        let row = c.query_one("select $1::int8, $2::text, $3::bytea, $4::float8, $5::text", &[&(1i64 << 62), &"é漢🙂'", &vec![0u8, 255], &0.1f64, &None::<String>]).await?;
        Ok(json!([row.get::<_, i64>(0).to_string(), row.get::<_, String>(1), row.get::<_, Vec<u8>>(2), row.get::<_, f64>(3), row.get::<_, Option<String>>(4)]))
    });
    play!("prepared.reused", |c| {
        let statement = c.prepare("select label from items where id = $1").await?;
        let mut all = vec![];
        for n in 0..6 {
            all.push(json!(c.query(&statement, &[&(n % 3)]).await?.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>()));
        }
        Ok(json!(all))
    });
    play!("pipeline", |c| {
        let c = &*c;
        let statement = c.prepare("select $1::int4 * 2").await?;
        let statement = &statement;
        let all = futures_util::future::join_all((0..40).map(|n| async move { attempt(c.query_one(statement, &[&n]).await, |row| json!(row.get::<_, i32>(0))) })).await;
        Ok(json!(all))
    });
    play!("pipeline.error", |c| {
        let c = &*c;
        let (one, two, three) = tokio::join!(c.query_one("select 1", &[]), c.query_one("select 1 / 0", &[]), c.query_one("select 3", &[]));
        let tell = |row: tokio_postgres::Row| json!(row.get::<_, i32>(0));
        Ok(json!([attempt(one, tell), attempt(two, tell), attempt(three, tell)]))
    });
    play!("cursor.portal", |c| {
        let transaction = c.transaction().await?;
        let portal = transaction.bind("select id from big order by id", &[]).await?;
        let mut sum = 0;
        loop {
            let rows = transaction.query_portal(&portal, 600).await?;
            if rows.is_empty() { break; }
            sum += rows.iter().map(|row| row.get::<_, i32>(0)).sum::<i32>();
        }
        Ok(json!(sum))
    });
    play!("transaction.savepoint", |c| {
        let mut transaction = c.transaction().await?;
        transaction.execute("insert into items (id) values (96)", &[]).await?;
        let inner = transaction.savepoint("deeper").await?;
        let failure = attempt(inner.execute("insert into items (id) values (96)", &[]).await, |_| json!("inserted"));
        inner.rollback().await?;
        let left: i64 = transaction.query_one("select count(*) from items where id = 96", &[]).await?.get(0);
        transaction.rollback().await?;
        Ok(json!([failure, left]))
    });
    for (name, sql) in [("unique", "insert into items values (1, 'dup', 1, null)"), ("syntax", "selekt 1"), ("division", "select 1 / 0"), ("undefined-table", "select * from nowhere")] {
        play!(&format!("error.{name}"), |c| { Ok(json!(c.query(sql, &[]).await?.len())) });
        play!(&format!("error.{name}-simple"), |c| { texts(c, sql).await });
    }
    play!("copy.out", |c| {
        let stream = c.copy_out("copy items (id, label) to stdout").await?;
        let parts: Vec<_> = stream.try_collect().await?;
        Ok(json!(String::from_utf8(parts.concat())?))
    });
    play!("copy.in", |c| {
        let sink = c.copy_in::<_, std::io::Cursor<Vec<u8>>>("copy items (id, label) from stdin").await?;
        pin_mut!(sink);
        sink.send(std::io::Cursor::new(b"200\ta\n201\tb\n".to_vec())).await?;
        let count = sink.finish().await?;
        Ok(json!([count, c.execute("delete from items where id >= 200", &[]).await?]))
    });
    play!("cancel", |c| {
        let token = c.cancel_token();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let _ = token.cancel_query(trust()).await;
        });
        let begun = Instant::now();
        let failure = attempt(c.query("select count(*) from big a, big b, big c where c.id <= 12", &[]).await, |_| json!("ran"));
        Ok(json!([failure, begun.elapsed() < Duration::from_secs(4)]))
    });
    play!("people.read", |c| {
        let rows = c.query("select name, ssn from people where id <= $1 order by id", &[&3i32]).await?;
        Ok(json!(rows.iter().map(|row| json!([row.get::<_, String>(0), row.get::<_, String>(1)])).collect::<Vec<_>>()))
    });
    play!("people.read-simple", |c| { texts(c, "select name, ssn, born from people where id <= 3 order by id").await });
    play!("people.filter", |c| { Ok(json!(c.query("select id from people where ssn = $1", &[&"900-12-0001"]).await?.len())) });
    play!("people.expression", |c| { texts(c, "select upper(ssn) from people").await });
}

async fn with_sqlx() {
    play_sqlx!("sqlx.query", |c| {
        let rows = sqlx::query("select id, label from items where id > $1 order by id").bind(0i32).fetch_all(&mut *c).await?;
        Ok(json!(rows.iter().map(|row| json!([row.get::<i32, _>(0), row.get::<String, _>(1)])).collect::<Vec<_>>()))
    });
    play_sqlx!("sqlx.described", |c| {
        let row = sqlx::query("select * from typed where id = 1").fetch_one(&mut *c).await?;
        Ok(json!(row.columns().iter().map(|one| json!([one.name(), one.type_info().name()])).collect::<Vec<_>>()))
    });
    play_sqlx!("sqlx.types", |c| {
        let row = sqlx::query("select m::text, n from moods where id = 1").fetch_one(&mut *c).await?;
        Ok(json!([row.get::<String, _>(0), row.get_unchecked::<i32, _>(1)]))
    });
    play_sqlx!("sqlx.enum-looked-up", |c| {
        let row = sqlx::query("select m, p from moods where id = 1").fetch_one(&mut *c).await?;
        Ok(json!(row.columns().iter().map(|one| one.type_info().name().to_string()).collect::<Vec<_>>()))
    });
    play_sqlx!("sqlx.stream", |c| {
        let mut stream = sqlx::query("select id from big").fetch(&mut *c);
        let mut sum = 0;
        while let Some(row) = stream.next().await { sum += row?.get::<i32, _>(0); }
        Ok(json!(sum))
    });
    play_sqlx!("sqlx.transaction", |c| {
        let mut transaction = c.begin().await?;
        transaction.execute("insert into items (id) values (97)").await?;
        let failure = attempt(transaction.execute("insert into items (id) values (97)").await, |_| json!("inserted"));
        transaction.rollback().await?;
        Ok(json!([failure]))
    });
    play_sqlx!("sqlx.copy", |c| {
        let mut sink = c.copy_in_raw("copy items (id, label) from stdin").await?;
        sink.send(&b"200\ta\n"[..]).await?;
        let count = sink.finish().await?;
        sqlx::query("delete from items where id >= 200").execute(&mut *c).await?;
        Ok(json!(count))
    });
    play_sqlx!("sqlx.pool", |_c| {
        let pool = PgPoolOptions::new().max_connections(3).connect_with(options()).await?;
        let mut sum = 0;
        for n in 0..20 { sum += sqlx::query("select $1::int4").bind(n).fetch_one(&pool).await?.get::<i32, _>(0); }
        Ok(json!(sum))
    });
    play_sqlx!("listen.sqlx", |c| {
        let pool = PgPoolOptions::new().max_connections(2).connect_with(options()).await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen("conformance").await?;
        c.execute("notify conformance, 'hello'").await?;
        let heard = tokio::time::timeout(Duration::from_secs(5), listener.recv()).await??;
        Ok(json!([heard.channel(), heard.payload()]))
    });
    play_sqlx!("people.read-sqlx", |c| {
        let rows = sqlx::query("select name, ssn from people where id <= $1 order by id").bind(3i32).fetch_all(&mut *c).await?;
        Ok(json!(rows.iter().map(|row| json!([row.get::<String, _>(0), row.get::<String, _>(1)])).collect::<Vec<_>>()))
    });
    play_sqlx!("people.filter-sqlx", |c| { Ok(json!(sqlx::query("select id from people where ssn = $1").bind("x").fetch_all(&mut *c).await?.len())) });
}
