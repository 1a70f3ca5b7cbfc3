// The peer of the benchmark: the service's answers by Fastify and pg, without row security.
//
// It runs the project's own statements (PEER_STATEMENTS, taken from the database's log) but
// for the context; checks the same ES256 tokens, once each; and answers with the same JSON and
// ETags. It does not ask whether the session still stands, which the service does each time.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import Fastify from "fastify";
import { createRemoteJWKSet, jwtVerify } from "jose";
import pg from "pg";

const env = process.env;
const statements = JSON.parse(readFileSync(env.PEER_STATEMENTS, "utf8"));

// Times as RFC 3339 with all their digits; dates as they are.
pg.types.setTypeParser(1184, (text) => text.replace(" ", "T").replace("+00", "Z"));
pg.types.setTypeParser(1082, (text) => text);
const pool = new pg.Pool({
	host: env.PEER_SOCKET, database: "chaperone", user: "postgres", max: 16,
	options: env.PEER_OPTIONS,
});

const app = Fastify({ logger: false });
const keys = createRemoteJWKSet(new URL(env.PEER_ISSUER + "/.well-known/jwks.json"));
const verified = new Map();

app.addHook("onRequest", async (request, reply) => {
	const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
	let claims = verified.get(token);
	if (!claims || claims.exp <= Date.now() / 1000) {
		try {
			claims = (await jwtVerify(token, keys, { issuer: env.PEER_ISSUER,
				audience: "chaperone", algorithms: ["ES256"] })).payload;
		} catch {
			return reply.code(401).send({ title: "Unauthenticated", status: 401 });
		}
		verified.set(token, claims);
	}
	request.me = claims;
});

function values(statement, request, id) {
	return statement.values.map((value) => {
		if (value === null || typeof value !== "object")
			return value;
		if (value.body)
			return request.body[value.body];
		return value.me ? request.me[value.me] : id;
	});
}

function find(workload, prefix, last = false) {
	const named = statements[workload]?.filter((s) => s.name.startsWith(prefix)) ?? [];
	return named[last ? named.length - 1 : 0];
}

async function run(statement, request, id) {
	return (await pool.query({ name: statement.name, text: statement.text,
		values: values(statement, request, id) })).rows;
}

// Ids in order of time, as the service makes them (RFC 9562, version 7).
function idNew() {
	const bytes = randomBytes(16);
	bytes.writeUIntBE(Date.now(), 0, 6);
	bytes[6] = 0x70 | (bytes[6] & 0x0f);
	bytes[8] = 0x80 | (bytes[8] & 0x3f);
	return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const line = { name: "reason", type: "line", required: true, clearable: false, min: 3, max: 500 };
const text = { name: "reason", type: "text", required: false, clearable: false, max: 2000 };
const day = { name: "reviewed_on", type: "date", required: false, clearable: false, past: true };
const note = { name: "reason", type: "line", required: false, clearable: false, max: 500 };
const offers = {
	channels: [
		["review", "Record a review", ["proposed", "approved", "active", "suspended", "handover"], day, note],
		["close", "Close", ["proposed", "approved", "active", "suspended", "handover"], line],
	],
	"channel-applications": [
		["submit", "Submit", ["draft"], text],
		["withdraw", "Withdraw", ["draft", "submitted", "more_information", "approved", "rejected"], text],
	],
};

function resource(path, row, gates = []) {
	const body = {};
	for (const key in row)
		if (key[0] !== "_")
			body[key] = row[key];
	const open = offers[path].filter(([name, , from]) => from.includes(row.state) &&
		!(name === "submit" && gates.length));
	body.actions = open.map(([name, label, , ...fields]) => ({ name, label, method: "POST",
		href: `/v1/${path}/${row.id}/${name}`, fields }));
	body.blockers = gates.map(({ code, detail }) => ({ action: "submit", code, detail }));
	return body;
}

function show(reply, status, body) {
	const json = JSON.stringify(body);
	const digest = createHash("md5").update(json).digest("hex");
	return reply.code(status).header("ETag", `"${body.version}.${digest}"`)
		.type("application/json").send(json);
}

app.get("/v1/channels/:id", async (request, reply) => {
	const [row] = await run(find("get", "channel_get"), request, request.params.id);
	if (!row)
		return reply.code(404).send({ title: "Not found", status: 404 });
	return show(reply, 200, resource("channels", row));
});

const nullable = (type) => ({ type: [type, "null"] });
const listed = { type: "object", properties: Object.fromEntries(["id", "school_id", "school_name",
	"state", "revision", "applicant_id", "applicant_name", "platform", "platform_name",
	"proposed_name", "proposed_handle", "kind", "visibility", "submitted_at", "waiting_since",
	"decided_at", "channel_id", "version", "created_at"].map((name) =>
	[name, nullable(name === "revision" || name === "version" ? "integer" : "string")])) };
const listAnswer = { 200: { type: "object", properties: {
	data: { type: "array", items: listed }, next_cursor: nullable("string") } } };

// Who leads one school gets that school's; which statement it is was settled at the start.
app.get("/v1/channel-applications", { schema: { response: listAnswer } }, async (request, reply) => {
	const wide = request.me.appointments.some((a) => a.scope === "tenant");
	const statement = find(wide ? "list_trust" : "list_school", "application_list");
	const limit = Number(request.query.limit ?? 50);
	const rows = await run(statement, request);
	let next = null;
	if (rows.length > limit) {
		const { _sort, _id } = rows[limit - 1];
		next = Buffer.from(JSON.stringify(["-created_at", _sort, _id])).toString("base64url");
		reply.header("Link", `</v1/channel-applications?limit=${limit}&cursor=${next}>; rel="next"`);
		rows.length = limit;
	}
	return { data: rows, next_cursor: next };
});

const words = (max) => ({ type: "string", minLength: 1, maxLength: max });
const draftBody = { type: "object", additionalProperties: false,
	required: ["platform", "proposed_name", "kind"], properties: {
		school_id: { type: "string", format: "uuid" }, platform: words(40),
		proposed_name: words(200), proposed_handle: words(253), kind: words(40), aim: words(2000),
		audience: words(500), promotion: words(2000), visibility: words(40), purpose: words(40),
		purpose_detail: words(2000), other_communication_methods: words(2000) } };

app.post("/v1/channel-applications", { schema: { body: draftBody } }, async (request, reply) => {
	const id = idNew();
	const [{ ok, fault }] = await run(find("draft", "application_draft"), request, id);
	if (!ok)
		return reply.code(422).send({ title: "Invalid", status: 422, errors: [{ pointer: fault }] });
	const [row] = await run(find("draft", "application_get"), request, id);
	const gates = await run(find("draft", "application_unfinished"), request, id);
	reply.header("Location", `/v1/channel-applications/${id}`);
	return show(reply, 201, resource("channel-applications", row, gates));
});

app.post("/v1/channel-applications/:id/withdraw", async (request, reply) => {
	const id = request.params.id;
	const [before] = await run(find("withdraw", "application_get"), request, id);
	if (!before)
		return reply.code(404).send({ title: "Not found", status: 404 });
	if (before.applicant_id !== request.me.sub)
		return reply.code(403).send({ title: "Forbidden", status: 403 });
	if (!(await run(find("withdraw", "application_move"), request, id)).length)
		return reply.code(409).send({ title: "Wrong state", status: 409 });
	const [row] = await run(find("withdraw", "application_get", true), request, id);
	return show(reply, 200, resource("channel-applications", row));
});

await app.listen({ port: Number(env.PEER_PORT), host: "127.0.0.1" });
