// The peer of the benchmark in Go: the service's answers by net/http and pgx, without row security.
//
// It runs the project's own statements (PEER_STATEMENTS, taken from the database's log) but
// for the context; checks the same ES256 tokens, once each; and answers with the same JSON and
// ETags. It does not ask whether the session still stands, which the service does each time.
// Statements that need nothing from each other go in one round trip, as pgx's batches allow.
package main

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// What may be called, with the fields of its body, as the service's `actions` show it.
type action struct {
	name, label string
	from        []string
	fields      string
}

const (
	day  = `{"name":"reviewed_on","type":"date","required":false,"clearable":false,"past":true}`
	note = `{"name":"reason","type":"line","required":false,"clearable":false,"max":500}`
	line = `{"name":"reason","type":"line","required":true,"clearable":false,"min":3,"max":500}`
	text = `{"name":"reason","type":"text","required":false,"clearable":false,"max":2000}`
)

var open = []string{"proposed", "approved", "active", "suspended", "handover"}
var offers = map[string][]action{
	"channels": {
		{"review", "Record a review", open, "[" + day + "," + note + "]"},
		{"close", "Close", open, "[" + line + "]"},
	},
	"channel-applications": {
		{"submit", "Submit", []string{"draft"}, "[" + text + "]"},
		{"withdraw", "Withdraw", []string{"draft", "submitted", "more_information",
			"approved", "rejected"}, "[" + text + "]"},
	},
}

func problem(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"title":%q,"status":%d}`, title, status)
}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

// One row as a resource: its columns, what may be done with it, and what stands in the way.
func show(w http.ResponseWriter, status int, path string, found, gates *rows) {
	id, state := found.text(0, "id"), found.text(0, "state")
	blocked := gates != nil && gates.count() > 0
	out := found.json(make([]byte, 0, 4096), 0)
	out = append(out[:len(out)-1], `,"actions":[`...)
	for _, a := range offers[path] {
		if !holds(a.from, state) || a.name == "submit" && blocked {
			continue
		}
		out = append(out, `{"name":"`+a.name+`","label":"`+a.label+`","method":"POST","href":"/v1/`+
			path+"/"+id+"/"+a.name+`","fields":`+a.fields+"},"...)
	}
	out = append(closed(out), `,"blockers":[`...)
	for i := 0; blocked && i < gates.count(); i++ {
		out = append(out, `{"action":"submit","code":`...)
		out = quote(out, gates.text(i, "code"))
		out = quote(append(out, `,"detail":`...), gates.text(i, "detail"))
		out = append(out, "},"...)
	}
	out = append(closed(out), '}')
	digest := md5.Sum(out)
	w.Header().Set("ETag", `"`+found.text(0, "version")+"."+hex.EncodeToString(digest[:])+`"`)
	answer(w, status, out)
}

// Ends an array whose items each left a comma behind.
func closed(out []byte) []byte {
	if out[len(out)-1] == ',' {
		out = out[:len(out)-1]
	}
	return append(out, ']')
}

func holds(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

func channelGet(w http.ResponseWriter, c *call) {
	found := c.run(statement("get", "channel_get"))[0]
	if found.count() == 0 {
		problem(w, 404, "Not found")
		return
	}
	show(w, 200, "channels", found, nil)
}

// Who leads one school gets that school's; which statement it is was settled at the start.
func applicationList(w http.ResponseWriter, c *call) {
	workload := "list_school"
	if c.me.wide() {
		workload = "list_trust"
	}
	limit, err := strconv.Atoi(c.request.URL.Query().Get("limit"))
	if err != nil {
		limit = 50
	}
	found := c.run(statement(workload, "application_list"))[0]
	out, next, count := append(make([]byte, 0, 32768), `{"data":[`...), "null", found.count()
	if count > limit {
		count = limit
		key, _ := json.Marshal([]string{"-created_at", found.text(limit-1, "_sort"), found.text(limit-1, "_id")})
		cursor := base64.RawURLEncoding.EncodeToString(key)
		next = `"` + cursor + `"`
		w.Header().Set("Link", fmt.Sprintf("</v1/channel-applications?limit=%d&cursor=%s>; rel=\"next\"", limit, cursor))
	}
	for i := 0; i < count; i++ {
		out = append(found.json(out, i), ',')
	}
	answer(w, 200, append(append(closed(out), `,"next_cursor":`+next...), '}'))
}

// The longest of each field of a draft.
var longest = map[string]int{"school_id": 36, "platform": 40, "proposed_name": 200,
	"proposed_handle": 253, "kind": 40, "aim": 2000, "audience": 500, "promotion": 2000,
	"visibility": 40, "purpose": 40, "purpose_detail": 2000, "other_communication_methods": 2000}

func (c *call) read() bool {
	if json.NewDecoder(c.request.Body).Decode(&c.body) != nil {
		return false
	}
	for name, value := range c.body {
		if max, known := longest[name]; !known || value == "" || len([]rune(value)) > max {
			return false
		}
	}
	return c.body["platform"] != "" && c.body["proposed_name"] != "" && c.body["kind"] != ""
}

func applicationDraft(w http.ResponseWriter, c *call) {
	if !c.read() {
		problem(w, 422, "Invalid")
		return
	}
	c.id = idNew()
	found := c.run(statement("draft", "application_draft"), statement("draft", "application_get"),
		statement("draft", "application_unfinished"))
	if found[0].text(0, "ok") != "t" {
		problem(w, 422, "Invalid")
		return
	}
	w.Header().Set("Location", "/v1/channel-applications/"+c.id)
	show(w, 201, "channel-applications", found[1], found[2])
}

func applicationWithdraw(w http.ResponseWriter, c *call) {
	before := c.run(statement("withdraw", "application_get"))[0]
	switch {
	case before.count() == 0:
		problem(w, 404, "Not found")
	case before.text(0, "applicant_id") != c.me.Subject:
		problem(w, 403, "Forbidden")
	default:
		found := c.run(statement("withdraw", "application_move"), statementLast("withdraw", "application_get"))
		if found[0].count() == 0 {
			problem(w, 409, "Wrong state")
			return
		}
		show(w, 200, "channel-applications", found[1], nil)
	}
}

func route(w http.ResponseWriter, r *http.Request) {
	me := verify(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if me == nil {
		problem(w, 401, "Unauthenticated")
		return
	}
	c := &call{request: r, me: me}
	defer func() {
		if fault := recover(); fault != nil {
			log.Print(fault)
			problem(w, 500, "Fault")
		}
	}()
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) > 3 {
		c.id = parts[3]
	}
	switch where := r.Method + " " + strings.Join(parts[2:3], ""); {
	case where == "GET channels" && len(parts) == 4:
		channelGet(w, c)
	case where == "GET channel-applications" && len(parts) == 3:
		applicationList(w, c)
	case where == "POST channel-applications" && len(parts) == 3:
		applicationDraft(w, c)
	case where == "POST channel-applications" && len(parts) == 5 && parts[4] == "withdraw":
		applicationWithdraw(w, c)
	default:
		problem(w, 404, "Not found")
	}
}

func main() {
	tokensStart()
	databaseStart(context.Background())
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PEER_PORT"), http.HandlerFunc(route)))
}
