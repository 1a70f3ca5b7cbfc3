-- Academy trusts of England's public register.

-- name: register_trust_list :list
SELECT t.id, t.uid, t.former_uids, t.group_id, t.companies_house_number, t.name, t.kind, t.status,
       t.opened_on, t.closed_on,
       (SELECT count(*)::integer FROM register_membership m WHERE m.trust_id = t.id AND m.left_on IS NULL) AS schools,
       t.as_of{cursor}
  FROM register_trust t
 WHERE true{filter} {page};

-- name: register_trust_get :one
SELECT t.id, t.uid, t.former_uids, t.group_id, t.companies_house_number, t.name, t.kind, t.status,
       t.opened_on, t.closed_on,
       (SELECT count(*)::integer FROM register_membership m WHERE m.trust_id = t.id AND m.left_on IS NULL) AS schools,
       t.as_of
  FROM register_trust t
 WHERE t.id = :id::uuid;
