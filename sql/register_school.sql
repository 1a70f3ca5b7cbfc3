-- Schools of England's public register: no tenant's, the same for everybody.

-- name: register_school_list :list
SELECT s.urn, s.name, s.status, s.phase, s.establishment_type, s.local_authority, s.establishment_number,
       m.trust_id, t.name AS trust_name, m.joined_on, s.opened_on, s.closed_on, s.town, s.postcode, s.as_of{cursor}
  FROM register_school s
  LEFT JOIN register_membership m ON m.urn = s.urn AND m.left_on IS NULL
  LEFT JOIN register_trust t ON t.id = m.trust_id
 WHERE true{filter} {page};

-- name: register_school_get :one
-- school_id is the caller's own school with this urn, as far as they may see it.
SELECT s.urn, s.name, s.status, s.phase, s.establishment_type, s.establishment_type_group, s.local_authority,
       s.local_authority_code, s.establishment_number, s.ukprn, s.opened_on, s.closed_on, s.town, s.postcode,
       s.website, m.trust_id, t.name AS trust_name, m.joined_on,
       (SELECT coalesce(json_agg(json_build_object('trust_id', h.trust_id, 'trust_name', k.name,
		'trust_kind', k.kind, 'joined_on', h.joined_on, 'seen_on', h.seen_on, 'left_on', h.left_on,
		'left_because', h.left_because, 'current', h.left_on IS NULL)
		ORDER BY h.left_on DESC NULLS FIRST, h.seen_on DESC), '[]')
	  FROM register_membership h JOIN register_trust k ON k.id = h.trust_id WHERE h.urn = s.urn) AS memberships,
       (SELECT coalesce(json_agg(json_build_object('urn', l.predecessor_urn, 'name', p.name, 'status', p.status,
		'kind', l.kind, 'linked_on', l.linked_on) ORDER BY l.predecessor_urn), '[]')
	  FROM register_link l LEFT JOIN register_school p ON p.urn = l.predecessor_urn
	 WHERE l.successor_urn = s.urn) AS predecessors,
       (SELECT coalesce(json_agg(json_build_object('urn', l.successor_urn, 'name', p.name, 'status', p.status,
		'kind', l.kind, 'linked_on', l.linked_on) ORDER BY l.successor_urn), '[]')
	  FROM register_link l LEFT JOIN register_school p ON p.urn = l.successor_urn
	 WHERE l.predecessor_urn = s.urn) AS successors,
       (SELECT o.id FROM school o WHERE o.tenant_id = :me_tenant::uuid AND o.urn = s.urn) AS school_id, s.as_of
  FROM register_school s
  LEFT JOIN register_membership m ON m.urn = s.urn AND m.left_on IS NULL
  LEFT JOIN register_trust t ON t.id = m.trust_id
 WHERE s.urn = :urn;
