// Plays the scenarios with pgx and prints one JSON object for each.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

type door struct{ *pgx.Conn }

func (d door) alive(ctx context.Context) (bool, error) {
	if d.PgConn().TxStatus() != 'I' {
		if _, err := d.Exec(ctx, "rollback"); err != nil {
			return false, err
		}
	}
	var one int
	err := d.QueryRow(ctx, "select 1").Scan(&one)
	return one == 1, err
}

func (d door) close() { d.Conn.Close(context.Background()) }

func sqlstate(err error) any {
	var failure *pgconn.PgError
	if errors.As(err, &failure) {
		return failure.Code
	}
	return nil
}

type act = func(ctx context.Context, d door) (any, error)

func with(name string, change func(*pgx.ConnConfig), act act) {
	play(name, func(ctx context.Context) (door, error) {
		config, err := pgx.ParseConfig("")
		if err != nil {
			return door{}, err
		}
		if change != nil {
			change(config)
		}
		conn, err := pgx.ConnectConfig(ctx, config)
		return door{conn}, err
	}, act)
}

func scenario(name string, act act) { with(name, nil, act) }

func rows(ctx context.Context, d door, sql string, args ...any) (any, error) {
	found, err := d.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for found.Next() {
		values, err := found.Values()
		if err != nil {
			return nil, err
		}
		all = append(all, values)
	}
	return all, found.Err()
}

func reading(sql string, args ...any) act {
	return func(ctx context.Context, d door) (any, error) { return rows(ctx, d, sql, args...) }
}

func mode(mode pgx.QueryExecMode) func(*pgx.ConnConfig) {
	return func(config *pgx.ConnConfig) { config.DefaultQueryExecMode = mode }
}

var modes = map[string]pgx.QueryExecMode{
	"cached": pgx.QueryExecModeCacheStatement, "described": pgx.QueryExecModeCacheDescribe, "describe-exec": pgx.QueryExecModeDescribeExec,
	"exec": pgx.QueryExecModeExec, "simple": pgx.QueryExecModeSimpleProtocol,
}

func main() {
	connecting()
	querying()
	changing()
	failing()
	copying()
	waiting()
	reachingPeople()
}

func connecting() {
	scenario("connect.tls-verified", reading("select 1"))
	with("connect.tls-unverified", func(c *pgx.ConnConfig) { c.TLSConfig = &tls.Config{InsecureSkipVerify: true} }, reading("select 1"))
	with("connect.plain", func(c *pgx.ConnConfig) { c.TLSConfig = nil; c.Fallbacks = nil }, reading("select 1"))
	with("connect.parameters", func(c *pgx.ConnConfig) { c.RuntimeParams["statement_timeout"] = "12345" }, reading("show statement_timeout"))
	with("connect.search-path", func(c *pgx.ConnConfig) { c.RuntimeParams["search_path"] = "public" }, reading("show search_path"))
	with("connect.application-name", func(c *pgx.ConnConfig) { c.RuntimeParams["application_name"] = "conformance" }, reading("show application_name"))
	scenario("connect.ping", func(ctx context.Context, d door) (any, error) { return "pong", d.Ping(ctx) })
	scenario("session.pool", func(ctx context.Context, d door) (any, error) {
		pool, err := pgxpool.New(ctx, "pool_max_conns=3")
		if err != nil {
			return nil, err
		}
		defer pool.Close()
		sum := 0
		for n := 0; n < 20; n++ {
			var got int
			if err := pool.QueryRow(ctx, "select $1::int", n).Scan(&got); err != nil {
				return nil, err
			}
			sum += got
		}
		return sum, nil
	})
}

func querying() {
	for _, name := range []string{"cached", "described", "describe-exec", "exec", "simple"} {
		with("query."+name, mode(modes[name]), func(ctx context.Context, d door) (any, error) {
			answers := []any{}
			for n := int32(0); n < 4; n++ {
				answers = append(answers, attempt(rows(ctx, d, "select label, amount, made from items where id = $1", n%3)))
			}
			return answers, nil
		})
		with("types."+name, mode(modes[name]), reading("select id, b, i2, i4, i8, f4, f8, num, t, v, c, d, ts, tz, ti, iv, u, by, j, jb, ip, ia, ta, r from typed order by id"))
		with("parameters."+name, mode(modes[name]), func(ctx context.Context, d door) (any, error) {
			return rows(ctx, d, "select $1::int4, $2::int8, $3::float8, $4::text, $5::bytea, $6::bool, $7::timestamptz, $8::text",
				int32(5), int64(1)<<62, 0.1, "é漢🙂'\"\\", []byte{0, 255}, true, time.Unix(0, 1000).UTC(), nil)
		})
	}
	scenario("parameters.arrays", reading("select $1::int4[], $2::text[], $3::jsonb", []int32{1, 2}, []string{"a,b", "\""}, map[string]any{"a": 1}))
	scenario("types.infinity", func(ctx context.Context, d door) (any, error) {
		var day pgtype.Date
		var number pgtype.Numeric
		err := d.QueryRow(ctx, "select '-infinity'::date, 'NaN'::numeric").Scan(&day, &number)
		return []any{day.InfinityModifier.String(), number.NaN}, err
	})
	scenario("types.loaded", func(ctx context.Context, d door) (any, error) {
		for _, name := range []string{"mood", "pair", "_mood"} {
			kind, err := d.LoadType(ctx, name)
			if err != nil {
				return nil, err
			}
			d.TypeMap().RegisterType(kind)
		}
		return rows(ctx, d, "select id, m, p, n, array[m] from moods order by id")
	})
	scenario("types.loaded-together", func(ctx context.Context, d door) (any, error) {
		kinds, err := d.LoadTypes(ctx, []string{"mood", "pair"})
		return len(kinds), err
	})
	scenario("large.result", func(ctx context.Context, d door) (any, error) {
		var text string
		err := d.QueryRow(ctx, "select repeat('x', 3000000)").Scan(&text)
		return len(text), err
	})
	scenario("large.many-rows", func(ctx context.Context, d door) (any, error) {
		all, err := rows(ctx, d, "select i, 'row ' || i from generate_series(1, 50000) i")
		return len(all.([]any)), err
	})
	scenario("large.parameter", reading("select length($1::text)", strings.Repeat("x", 3_000_000)))
	scenario("prepared.explicit", func(ctx context.Context, d door) (any, error) {
		described, err := d.Prepare(ctx, "by-id", "select label, amount from items where id = $1")
		if err != nil {
			return nil, err
		}
		answer, err := rows(ctx, d, "by-id", int32(1))
		if err != nil {
			return nil, err
		}
		return []any{len(described.ParamOIDs), described.Fields[1].Name, answer}, d.Deallocate(ctx, "by-id")
	})
	scenario("prepared.deallocate-all", func(ctx context.Context, d door) (any, error) {
		if _, err := d.Prepare(ctx, "gone", "select 1"); err != nil {
			return nil, err
		}
		return "done", d.DeallocateAll(ctx)
	})
	scenario("batch.plain", func(ctx context.Context, d door) (any, error) {
		batch := &pgx.Batch{}
		for n := int32(0); n < 40; n++ {
			batch.Queue("select $1::int4 * 2", n)
		}
		return batched(ctx, d, batch)
	})
	scenario("batch.mixed", func(ctx context.Context, d door) (any, error) {
		batch := &pgx.Batch{}
		batch.Queue("insert into items (id, label) values ($1, $2)", 90, "ninety")
		batch.Queue("select label from items where id = $1", 90)
		batch.Queue("delete from items where id = $1", 90)
		return batched(ctx, d, batch)
	})
	scenario("batch.failing", func(ctx context.Context, d door) (any, error) {
		batch := &pgx.Batch{}
		batch.Queue("insert into items (id, label) values (91, 'x')")
		batch.Queue("select 1 / $1::int4", 0)
		batch.Queue("select 3")
		answers, _ := batched(ctx, d, batch)
		left, err := rows(ctx, d, "select count(*) from items where id = 91")
		return []any{answers, left}, err
	})
	with("batch.simple-protocol", mode(pgx.QueryExecModeSimpleProtocol), func(ctx context.Context, d door) (any, error) {
		batch := &pgx.Batch{}
		batch.Queue("select $1::int4", 1)
		batch.Queue("select $1::text", "two")
		return batched(ctx, d, batch)
	})
	scenario("pipeline", func(ctx context.Context, d door) (any, error) {
		pipeline := d.PgConn().StartPipeline(ctx)
		pipeline.SendPrepare("one", "select $1::int4 + 1", nil)
		pipeline.SendQueryPrepared("one", [][]byte{[]byte("41")}, nil, nil)
		pipeline.SendPipelineSync()
		pipeline.SendQueryParams("select 1 / $1::int4", [][]byte{[]byte("0")}, nil, nil, nil)
		pipeline.SendQueryParams("select 'skipped'", nil, nil, nil, nil)
		if err := pipeline.Sync(); err != nil {
			return nil, err
		}
		answers := []any{}
		for {
			result, err := pipeline.GetResults()
			if err != nil {
				answers = append(answers, fault(err))
				continue
			}
			if result == nil {
				break
			}
			switch one := result.(type) {
			case *pgconn.StatementDescription:
				answers = append(answers, "described")
			case *pgconn.PipelineSync:
				answers = append(answers, "sync")
			case *pgconn.ResultReader:
				read := one.Read()
				if read.Err != nil {
					answers = append(answers, fault(read.Err))
				} else {
					answers = append(answers, string(read.Rows[0][0]))
				}
			}
		}
		return answers, pipeline.Close()
	})
	scenario("query.several-statements", func(ctx context.Context, d door) (any, error) {
		results, err := d.PgConn().Exec(ctx, "select 1; select 'two'; update items set amount = amount").ReadAll()
		tags := []any{}
		for _, one := range results {
			tags = append(tags, one.CommandTag.String())
		}
		return tags, err
	})
}

func batched(ctx context.Context, d door, batch *pgx.Batch) (any, error) {
	results := d.SendBatch(ctx, batch)
	answers := []any{}
	for range batch.Len() {
		found, err := results.Query()
		if err != nil {
			answers = append(answers, fault(err))
			continue
		}
		values := []any{}
		for found.Next() {
			row, _ := found.Values()
			values = append(values, row)
		}
		if found.Err() != nil {
			answers = append(answers, fault(found.Err()))
			continue
		}
		answers = append(answers, []any{found.CommandTag().String(), values})
	}
	return answers, results.Close()
}

func changing() {
	scenario("transaction.nested", func(ctx context.Context, d door) (any, error) {
		tx, err := d.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
		if err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, "insert into items (id, label) values (92, 'x')"); err != nil {
			return nil, err
		}
		inner, err := tx.Begin(ctx)
		if err != nil {
			return nil, err
		}
		_, failure := inner.Exec(ctx, "insert into items (id, label) values (92, 'y')")
		inner.Rollback(ctx)
		var count int
		err = tx.QueryRow(ctx, "select count(*) from items where id = 92").Scan(&count)
		return []any{attempt(nil, failure), count, attempt("rolled back", tx.Rollback(ctx))}, err
	})
	scenario("transaction.deferrable", func(ctx context.Context, d door) (any, error) {
		return "ran", pgx.BeginTxFunc(ctx, d.Conn, pgx.TxOptions{IsoLevel: pgx.Serializable, AccessMode: pgx.ReadOnly, DeferrableMode: pgx.Deferrable}, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "delete from items")
			return err
		})
	})
	scenario("cursor.declared", func(ctx context.Context, d door) (any, error) {
		tx, err := d.Begin(ctx)
		if err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, "declare c cursor for select id from big order by id"); err != nil {
			return nil, err
		}
		return rows(ctx, d, "fetch 3 from c")
	})
}

func failing() {
	failures := [][2]string{
		{"unique", "insert into items values (1, 'dup', 1, null)"}, {"syntax", "selekt 1"}, {"division", "select 1 / 0"},
		{"undefined-table", "select * from nowhere"}, {"foreign-key", "insert into orders (person_id) values (77)"},
	}
	for _, one := range failures {
		scenario("error."+one[0], reading(one[1]))
		with("error."+one[0]+"-simple", mode(pgx.QueryExecModeSimpleProtocol), reading(one[1]))
	}
	heard := []any{}
	with("notice", func(c *pgx.ConnConfig) {
		c.OnNotice = func(_ *pgconn.PgConn, notice *pgconn.Notice) { heard = append(heard, notice.Message) }
	}, func(ctx context.Context, d door) (any, error) {
		answer, err := rows(ctx, d, "select shout('hello')")
		return []any{answer, heard}, err
	})
}

func copying() {
	scenario("copy.from", func(ctx context.Context, d door) (any, error) {
		values := [][]any{}
		for n := 200; n < 900; n++ {
			values = append(values, []any{int32(n), "copied", nil})
			values[n-200][1] = strings.Repeat("c", n%7) + string(rune('a'+n%26)) + time.Duration(n).String()
		}
		count, err := d.CopyFrom(ctx, pgx.Identifier{"items"}, []string{"id", "label", "amount"}, pgx.CopyFromRows(values))
		if err != nil {
			return nil, err
		}
		tag, err := d.Exec(ctx, "delete from items where id >= 200")
		return []any{count, tag.RowsAffected()}, err
	})
	scenario("copy.to", func(ctx context.Context, d door) (any, error) {
		var sink bytes.Buffer
		tag, err := d.PgConn().CopyTo(ctx, &sink, "copy items (id, label) to stdout with csv header")
		return []any{tag.String(), sink.String()}, err
	})
	scenario("copy.failing", func(ctx context.Context, d door) (any, error) {
		tag, err := d.PgConn().CopyFrom(ctx, strings.NewReader("200\tgood\nx\tbad\n"), "copy items (id, label) from stdin")
		return tag.String(), err
	})
}

func waiting() {
	scenario("listen", func(ctx context.Context, d door) (any, error) {
		if _, err := d.Exec(ctx, "listen conformance"); err != nil {
			return nil, err
		}
		if _, err := d.Exec(ctx, "notify conformance, 'hello'"); err != nil {
			return nil, err
		}
		heard, err := d.WaitForNotification(ctx)
		if err != nil {
			return nil, err
		}
		return []any{heard.Channel, heard.Payload}, nil
	})
	scenario("cancel.request", func(ctx context.Context, d door) (any, error) {
		begun := time.Now()
		go func() {
			time.Sleep(300 * time.Millisecond)
			d.PgConn().CancelRequest(ctx)
		}()
		_, err := d.Exec(ctx, "select count(*) from big a, big b, big c where c.id <= 12")
		return []any{attempt(nil, err), time.Since(begun) < 4*time.Second}, nil
	})
	scenario("timeout.statement", func(ctx context.Context, d door) (any, error) {
		if _, err := d.Exec(ctx, "set statement_timeout = 200"); err != nil {
			return nil, err
		}
		_, err := d.Exec(ctx, "select count(*) from big a, big b, big c where c.id <= 12")
		return nil, err
	})
}

func reachingPeople() {
	for _, name := range []string{"cached", "described", "describe-exec", "exec", "simple"} {
		with("people.read-"+name, mode(modes[name]), reading("select id, name, ssn, born from people where id <= $1 order by id", int32(3)))
		with("people.filter-"+name, mode(modes[name]), reading("select id from people where ssn = $1", "900-12-0001"))
	}
	scenario("people.star", reading("select * from people where id = 2"))
	scenario("people.prepared", func(ctx context.Context, d door) (any, error) {
		answers := []any{}
		for _, n := range []int32{1, 2, 1} {
			answers = append(answers, attempt(rows(ctx, d, "select ssn from people where id = $1", n)))
		}
		return answers, nil
	})
	scenario("people.expression", reading("select upper(ssn) from people"))
	scenario("people.pipeline-refused", func(ctx context.Context, d door) (any, error) {
		batch := &pgx.Batch{}
		batch.Queue("select 1")
		batch.Queue("select id from people where ssn = $1", "x")
		batch.Queue("select 3")
		answers, err := batched(ctx, d, batch)
		return []any{answers, attempt(nil, err)}, nil
	})
	scenario("people.read-in-a-batch", func(ctx context.Context, d door) (any, error) {
		batch := &pgx.Batch{}
		batch.Queue("select ssn from people where id = 1")
		batch.Queue("select ssn from people where id = $1", 2)
		return batched(ctx, d, batch)
	})
	scenario("people.copy", func(ctx context.Context, d door) (any, error) {
		var sink bytes.Buffer
		tag, err := d.PgConn().CopyTo(ctx, &sink, "copy people to stdout")
		return tag.String(), err
	})
}
