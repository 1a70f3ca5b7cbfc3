-- Signing in, staying signed in, and the first statement of every transaction.

-- name: enter :one
SELECT entered FROM enter(:me_session::uuid, :me_session_version::integer, :me_request_id,
	:me_read_only::boolean) AS entered
 WHERE entered;

-- name: row_hold :exec
-- Two at a time on what belongs to one row take turns.
SELECT pg_advisory_xact_lock(hashtextextended(:id, 0));

-- name: person_hold :exec
-- The same of the person that a body names: taken after the row that it is added to.
SELECT pg_advisory_xact_lock(hashtextextended(:person_id, 0));

-- name: principal :many
SELECT identity_id, tenant_id, person_id, session_version, auth_time, amr, valid_until, role,
       duties, tenant_wide, school_ids
  FROM principal(:session_id::uuid);

-- name: sign_in_find :one
SELECT identity_id, password_hash FROM sign_in_find(:login);

-- name: sign_in_try :one
SELECT allowed FROM sign_in_try(:identity_id::uuid, :network);

-- name: sign_in_passed :exec
SELECT sign_in_passed(:identity_id::uuid, :network);

-- name: session_open :one
SELECT session_id, tenant_id, person_id
  FROM session_open(:identity_id::uuid, :tenant_id::uuid, :session_id::uuid, :amr::text[],
	to_timestamp(:auth_time::bigint), decode(:refresh_hash, 'hex'), :refresh_seconds::integer,
	NULL);

-- name: session_switch :one
SELECT session_id, tenant_id, person_id
  FROM session_switch(:tenant_id::uuid, :session_id::uuid, decode(:refresh_hash, 'hex'),
	:refresh_seconds::integer, :me_session::uuid);

-- name: session_refresh :one
SELECT session_id
  FROM session_refresh(decode(:refresh_hash, 'hex'), decode(:new_refresh_hash, 'hex'),
	:refresh_seconds::integer);

-- name: session_close :exec
SELECT session_close(:me_session::uuid);

-- name: identity_hash :one
SELECT me_identity() AS identity_id, login, password_hash FROM identity_hash();

-- name: password_change :exec
SELECT password_change(:password_hash, :me_session::uuid);

-- name: identity_release :many
SELECT sessions, tenant_id, tenant_name, person_id, person_name FROM identity_release(:login);

-- name: invitation_find :one
SELECT name, email, tenant_name, identity_id, password_hash
  FROM invitation_find(decode(:invitation_hash, 'hex'));

-- name: invitation_accept :one
SELECT identity_id, tenant_id
  FROM invitation_accept(decode(:invitation_hash, 'hex'), :invited_email, :proved_id::uuid,
	:new_identity_id::uuid, :password_hash);

-- name: me_show :one
SELECT p.id AS person_id, p.name, p.email, p.person_type,
       t.id AS tenant_id, t.name AS tenant_name, t.kind AS tenant_kind,
       CASE WHEN t.clock_shift IS NOT NULL THEN clock_now() END AS clock_now,
       (SELECT coalesce(json_agg(json_build_object('tenant_id', m.tenant_id,
		'tenant_name', m.tenant_name, 'person_id', m.person_id)), '[]')
	  FROM my_tenants() m) AS tenants,
       (SELECT coalesce(json_agg(json_build_object('id', a.id, 'role', a.role,
		'scope', a.scope, 'duties', a.duties, 'from_on', a.from_on, 'to_on', a.to_on,
		'schools', (SELECT coalesce(json_agg(json_build_object('id', s.id, 'name', s.name)
				ORDER BY s.name), '[]')
			FROM appointment_school x JOIN school s ON s.tenant_id = x.tenant_id AND s.id = x.school_id
			WHERE x.tenant_id = a.tenant_id AND x.appointment_id = a.id)) ORDER BY a.created_at, a.id), '[]')
	  FROM appointment a
	 WHERE a.tenant_id = p.tenant_id AND a.person_id = p.id AND appointment_current(a)) AS appointments
  FROM person p JOIN tenant t ON t.id = p.tenant_id
 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :me_person::uuid;

-- name: signing_keys :many
SELECT id, state, sealed, public_pem FROM signing_keys();

-- name: signing_key_add :exec
SELECT signing_key_add(:key_id::uuid, :sealed, :public_pem);

-- name: signing_key_next :exec
SELECT signing_key_next(:key_id::uuid, :sealed, :public_pem);

-- name: signing_key_list :many
SELECT id, state, published, created_at, retired_at, public_pem FROM signing_key_list();

-- name: signing_key_rotate :one
SELECT id, waiting FROM signing_key_rotate(:wait::integer);

-- name: schema_newest :one
SELECT schema_newest() AS newest;

-- name: schema_functions :one
SELECT schema_functions_sha256() AS sha256;

-- name: house_faults :many
SELECT house_faults AS fault FROM house_faults();
