-- The tenant itself, and the operator's way to make one.

-- name: tenant_get :one
-- school: NULL::uuid
SELECT t.id, t.kind, t.name, t.companies_house_number, t.demo, t.version, t.created_at,
       d.no_decider,
       CASE WHEN d.no_decider THEN 'Nobody holds the role slt: the chair or the proprietor may now '
		|| 'appoint one, or the operator of this service invites one.' END AS way_out
  FROM tenant t, (SELECT tenant_no_decider() AS no_decider) d
 WHERE t.id = :me_tenant::uuid;

-- name: tenant_create :exec
SELECT tenant_create(:tenant_id::uuid, :kind, :name, :school_id::uuid, :person_id::uuid,
	:person_name, :email, :appointment_id::uuid, :invitation_id::uuid,
	decode(:invitation_hash, 'hex'), :days::integer);

-- name: tenant_invite :exec
SELECT tenant_invite(:tenant_id::uuid, :person_id::uuid, :person_name, :email,
	:appointment_id::uuid, :invitation_id::uuid, decode(:invitation_hash, 'hex'), :days::integer);

-- name: tenant_company :one
SELECT tenant_company(:tenant_id::uuid, :companies_house_number) AS known;

-- name: operator_session :one
SELECT session_id, tenant_id, person_id FROM operator_session(:session_id::uuid, :tenant, :email);

-- name: demo_tenants :one
SELECT demo_tenants() AS demo_tenants;

-- name: tenant_no_decider :one
SELECT tenant_no_decider() AS no_decider;

-- name: demo_people :many
SELECT tenant_name, name, email, holds FROM demo_people();
