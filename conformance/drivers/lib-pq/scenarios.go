// Plays the scenarios with lib/pq and prints one JSON object for each.
package main

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/lib/pq"
)

// One connection of database/sql, so that what a scenario leaves behind is seen.
type door struct {
	db *sql.DB
	*sql.Conn
}

func (d door) alive(ctx context.Context) (bool, error) {
	var one int
	err := d.QueryRowContext(ctx, "select 1").Scan(&one)
	return one == 1, err
}

func (d door) close() {
	d.Conn.Close()
	d.db.Close()
}

func sqlstate(err error) any {
	var failure *pq.Error
	if errors.As(err, &failure) {
		return string(failure.Code)
	}
	return nil
}

type act = func(ctx context.Context, d door) (any, error)

func with(name, options string, act act) {
	play(name, func(ctx context.Context) (door, error) {
		db, err := sql.Open("postgres", options)
		if err != nil {
			return door{}, err
		}
		conn, err := db.Conn(ctx)
		return door{db, conn}, err
	}, act)
}

func scenario(name string, act act) { with(name, "", act) }

type querier interface {
	QueryContext(ctx context.Context, sql string, args ...any) (*sql.Rows, error)
}

func rows(ctx context.Context, q querier, text string, args ...any) (any, error) {
	found, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	return scanned(found)
}

func scanned(found *sql.Rows) (any, error) {
	columns, _ := found.Columns()
	all := []any{}
	for found.Next() {
		row := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, found.Err()
}

func reading(text string, args ...any) act {
	return func(ctx context.Context, d door) (any, error) { return rows(ctx, d, text, args...) }
}

func main() {
	with("connect.tls-verified", "sslmode=verify-full", reading("select 1"))
	with("connect.tls-unverified", "sslmode=require sslrootcert=''", reading("select 1"))
	with("connect.plain", "sslmode=disable", reading("select 1"))
	with("connect.parameters", "statement_timeout=12345", reading("show statement_timeout"))
	with("connect.search-path", "search_path=public", reading("show search_path"))
	with("connect.application-name", "application_name=conformance", reading("show application_name"))
	scenario("query.plain", reading("select id, label, amount, made from items order by id"))
	scenario("query.parameters", reading("select $1::int8, $2::text, $3::bytea, $4::bool, $5::timestamptz, $6::float8, $7::text", int64(1)<<62, "é漢🙂'\"\\", []byte{0, 255}, true, time.Unix(0, 1000).UTC(), 0.1, nil))
	scenario("query.several-statements", func(ctx context.Context, d door) (any, error) {
		found, err := d.QueryContext(ctx, "select 1; select 'two'")
		if err != nil {
			return nil, err
		}
		defer found.Close()
		first, err := scanned(found)
		if err != nil {
			return nil, err
		}
		found.NextResultSet()
		second, err := scanned(found)
		return []any{first, second}, err
	})
	types := "select id, b, i2, i4, i8, f4, f8, num, t, v, c, d, ts, tz, ti, iv, u, by, j, jb, ip, ia, ta, r from typed order by id"
	scenario("types.text", reading(types))
	with("types.binary-parameters", "binary_parameters=yes", reading(types+" limit $1", 3))
	with("parameters.binary", "binary_parameters=yes", reading("select $1::bytea, $2::text", []byte{0, 255}, "x"))
	scenario("parameters.arrays", reading("select $1::int4[], $2::text[]", pq.Array([]int64{1, 2}), pq.Array([]string{"a,b", "\""})))
	scenario("types.infinity", reading("select 'infinity'::timestamptz::text, 'NaN'::numeric"))
	scenario("large.result", reading("select length(repeat('x', 3000000)), md5(repeat('x', 3000000))"))
	scenario("large.parameter", reading("select length($1::text)", strings.Repeat("x", 3_000_000)))
	scenario("large.many-rows", func(ctx context.Context, d door) (any, error) {
		all, err := rows(ctx, d, "select i from generate_series(1, 50000) i")
		if err != nil {
			return nil, err
		}
		return len(all.([]any)), nil
	})
	scenario("prepared.reused", func(ctx context.Context, d door) (any, error) {
		statement, err := d.PrepareContext(ctx, "select label from items where id = $1")
		if err != nil {
			return nil, err
		}
		answers := []any{}
		for n := range 6 {
			found, err := statement.QueryContext(ctx, n%3)
			if err != nil {
				return nil, err
			}
			one, err := scanned(found)
			answers = append(answers, attempt(one, err))
			found.Close()
		}
		return answers, statement.Close()
	})
	scenario("transaction", func(ctx context.Context, d door) (any, error) {
		tx, err := d.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
		if err != nil {
			return nil, err
		}
		_, first := tx.ExecContext(ctx, "insert into items (id, label) values (93, 'x')")
		_, second := tx.ExecContext(ctx, "insert into items (id, label) values (93, 'y')")
		_, third := tx.ExecContext(ctx, "select 1")
		return []any{attempt(nil, first), attempt(nil, second), attempt(nil, third), attempt(nil, tx.Rollback())}, nil
	})
	scenario("transaction.read-only", func(ctx context.Context, d door) (any, error) {
		tx, err := d.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
		if err != nil {
			return nil, err
		}
		_, failure := tx.ExecContext(ctx, "delete from items")
		tx.Rollback()
		return nil, failure
	})
	for _, one := range [][2]string{
		{"unique", "insert into items values (1, 'dup', 1, null)"}, {"syntax", "selekt 1"}, {"division", "select 1 / 0"},
		{"undefined-table", "select * from nowhere"}, {"foreign-key", "insert into orders (person_id) values (77)"},
	} {
		scenario("error."+one[0], reading(one[1]))
		scenario("error."+one[0]+"-extended", reading(strings.Replace(one[1], "1", "$1::int", 1), 1))
	}
	scenario("copy.in", func(ctx context.Context, d door) (any, error) {
		tx, err := d.BeginTx(ctx, nil)
		if err != nil {
			return nil, err
		}
		defer tx.Rollback()
		statement, err := tx.PrepareContext(ctx, pq.CopyIn("items", "id", "label"))
		if err != nil {
			return nil, err
		}
		for n := 200; n < 600; n++ {
			if _, err := statement.ExecContext(ctx, n, "copied "+time.Duration(n).String()); err != nil {
				return nil, err
			}
		}
		if _, err := statement.ExecContext(ctx); err != nil {
			return nil, err
		}
		return rows(ctx, tx, "select count(*) from items")
	})
	scenario("listen", func(ctx context.Context, d door) (any, error) {
		listener := pq.NewListener("", time.Second, time.Second, nil)
		defer listener.Close()
		listening := make(chan error, 1)
		go func() { listening <- listener.Listen("conformance") }()
		select {
		case err := <-listening:
			if err != nil {
				return nil, err
			}
		case <-time.After(5 * time.Second):
			return "does not listen", nil
		}
		if _, err := d.ExecContext(ctx, "notify conformance, 'hello'"); err != nil {
			return nil, err
		}
		select {
		case heard := <-listener.Notify:
			return []any{heard.Channel, heard.Extra}, nil
		case <-time.After(5 * time.Second):
			return "nothing heard", nil
		}
	})
	scenario("cancel", func(ctx context.Context, d door) (any, error) {
		begun := time.Now()
		short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		_, err := d.ExecContext(short, "select count(*) from big a, big b, big c where c.id <= 12")
		return []any{attempt(nil, err), time.Since(begun) < 4*time.Second}, nil
	})
	scenario("timeout.statement", func(ctx context.Context, d door) (any, error) {
		if _, err := d.ExecContext(ctx, "set statement_timeout = 200"); err != nil {
			return nil, err
		}
		return rows(ctx, d, "select count(*) from big a, big b, big c where c.id <= 12")
	})
	scenario("people.read", reading("select id, name, ssn, born from people where id <= 3 order by id"))
	scenario("people.read-extended", reading("select id, name, ssn, born from people where id <= $1 order by id", 3))
	with("people.read-binary", "binary_parameters=yes", reading("select id, name, ssn, born from people where id <= $1 order by id", 3))
	scenario("people.star", reading("select * from people where id = 2"))
	scenario("people.filter", reading("select id from people where ssn = $1", "900-12-0001"))
	scenario("people.expression", reading("select upper(ssn) from people"))
}
