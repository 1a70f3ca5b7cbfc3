// The statements, a pool of connections on which they stand prepared, and rows as JSON.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgtype"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

// One request on its way.
type call struct {
	request *http.Request
	me      *claims
	id      string
	body    map[string]string
}

type rows struct{ *pgconn.Result }

// A parameter is a constant, NULL, or says where its value is from.
type parameter struct {
	constant *string
	body, me string
	id       bool
}

type prepared struct {
	Name   string
	Text   string
	Values []parameter
	handle string
}

var statements map[string][]*prepared
var pool *pgxpool.Pool

func (p *parameter) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return json.Unmarshal(data, &p.constant)
	}
	var from struct {
		Body, Me string
		ID       bool
	}
	err := json.Unmarshal(data, &from)
	p.body, p.me, p.id = from.Body, from.Me, from.ID
	return err
}

func (p *parameter) value(c *call) []byte {
	switch {
	case p.id:
		return []byte(c.id)
	case p.me == "sub":
		return []byte(c.me.Subject)
	case p.me == "tid":
		return []byte(c.me.Tenant)
	case p.body != "":
		if value, given := c.body[p.body]; given {
			return []byte(value)
		}
		return nil
	case p.constant == nil:
		return nil
	}
	return []byte(*p.constant)
}

// The first, or the last, of a workload's statements whose name begins so.
func statement(workload, prefix string) *prepared {
	for _, s := range statements[workload] {
		if strings.HasPrefix(s.Name, prefix) {
			return s
		}
	}
	panic("no statement " + prefix)
}

func statementLast(workload, prefix string) (last *prepared) {
	for _, s := range statements[workload] {
		if strings.HasPrefix(s.Name, prefix) {
			last = s
		}
	}
	return last
}

// Runs statements in one round trip and one transaction; what each found.
func (c *call) run(wanted ...*prepared) []*rows {
	found := make([]*rows, 0, len(wanted))
	ctx := c.request.Context()
	err := pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		batch := &pgconn.Batch{}
		for _, s := range wanted {
			values := make([][]byte, len(s.Values))
			for i := range s.Values {
				values[i] = s.Values[i].value(c)
			}
			if len(wanted) == 1 {
				result := conn.Conn().PgConn().ExecPrepared(ctx, s.handle, values, nil, nil).Read()
				found = append(found, &rows{result})
				return result.Err
			}
			batch.ExecPrepared(s.handle, values, nil, nil)
		}
		results, err := conn.Conn().PgConn().ExecBatch(ctx, batch).ReadAll()
		for _, result := range results {
			found = append(found, &rows{result})
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return found
}

func databaseStart(ctx context.Context) {
	text, err := os.ReadFile(os.Getenv("PEER_STATEMENTS"))
	if err == nil {
		err = json.Unmarshal(text, &statements)
	}
	if err != nil {
		log.Fatal(err)
	}
	for workload, list := range statements {
		for i, s := range list {
			s.handle = workload + strconv.Itoa(i)
		}
	}
	config, err := pgxpool.ParseConfig(fmt.Sprintf("host=%s dbname=chaperone user=postgres "+
		"pool_max_conns=16 options='%s'", os.Getenv("PEER_SOCKET"), os.Getenv("PEER_OPTIONS")))
	if err != nil {
		log.Fatal(err)
	}
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		for _, list := range statements {
			for _, s := range list {
				if _, err := conn.Prepare(ctx, s.handle, s.Text); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if pool, err = pgxpool.ConnectConfig(ctx, config); err != nil {
		log.Fatal(err)
	}
}

// Ids in order of time, as the service makes them (RFC 9562, version 7).
func idNew() string {
	var b [16]byte
	rand.Read(b[:])
	for i, now := 5, time.Now().UnixMilli(); i >= 0; i, now = i-1, now>>8 {
		b[i] = byte(now)
	}
	b[6], b[8] = 0x70|b[6]&0x0f, 0x80|b[8]&0x3f
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func (r *rows) count() int { return len(r.Rows) }

func (r *rows) text(row int, name string) string {
	for i := range r.FieldDescriptions {
		if string(r.FieldDescriptions[i].Name) == name && row < len(r.Rows) {
			return string(r.Rows[row][i])
		}
	}
	return ""
}

// One row as an object of its columns, by their types; _names are not shown.
func (r *rows) json(out []byte, row int) []byte {
	out = append(out, '{')
	for i, value := range r.Rows[row] {
		column := &r.FieldDescriptions[i]
		if column.Name[0] == '_' {
			continue
		}
		if out[len(out)-1] != '{' {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), column.Name...), `":`...)
		if value == nil {
			out = append(out, "null"...)
		} else {
			out = cell(out, column.DataTypeOID, value)
		}
	}
	return append(out, '}')
}

func cell(out []byte, oid uint32, value []byte) []byte {
	switch oid {
	case pgtype.JSONOID, pgtype.JSONBOID, pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID,
		pgtype.NumericOID, pgtype.Float8OID:
		return append(out, value...)
	case pgtype.BoolOID:
		return strconv.AppendBool(out, value[0] == 't')
	case pgtype.UUIDOID, pgtype.DateOID:
		return append(append(append(out, '"'), value...), '"')
	case pgtype.TimestamptzOID: // in UTC: 2026-11-21 17:49:00.123+00
		out = append(append(out, '"'), value[:10]...)
		out = append(append(out, 'T'), value[11:len(value)-3]...)
		return append(out, `Z"`...)
	case pgtype.TextArrayOID:
		var words []string
		array := pgtype.TextArray{}
		if array.DecodeText(nil, value) != nil || array.AssignTo(&words) != nil {
			panic("no array: " + string(value))
		}
		out = append(out, '[')
		for _, word := range words {
			out = append(quote(out, word), ',')
		}
		return closed(out)
	}
	return quote(out, string(value))
}

// What needs no escape is copied; encoding/json knows the rest.
func quote(out []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			var escaped strings.Builder
			encoder := json.NewEncoder(&escaped)
			encoder.SetEscapeHTML(false)
			encoder.Encode(text)
			return append(out, strings.TrimSuffix(escaped.String(), "\n")...)
		}
	}
	return append(append(append(out, '"'), text...), '"')
}
