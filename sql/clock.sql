-- Clocks across all items, and those that the service reckons again by itself (A8a).

-- name: clock_list :list
-- school: k.place_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
-- What runs, the first due first; what is due at no time comes last.
SELECT k.id, k.kind, k.message_id, m.school_id, s.name AS school_name, k.started_at, k.due_at, k.paused_on,
       k.due_order < (SELECT clock_now()) AS overdue, k.calendar_conflict,
       k.paused_on IS NULL AND coalesce(v.version > k.calendar_version, false) AS recalculating{cursor}
  FROM clock k JOIN message m ON m.tenant_id = k.tenant_id AND m.id = k.message_id
  LEFT JOIN school s ON s.tenant_id = k.tenant_id AND s.id = k.place_id
  LEFT JOIN calendar_version v ON v.tenant_id = k.tenant_id AND v.place_id = k.place_id
 WHERE k.tenant_id = :me_tenant::uuid AND k.stopped_at IS NULL AND {reach}{filter} {page};

-- name: clock_stale :many
SELECT tenant_id, place_id, calendar_version, bank_holidays_until, id, kind, started_at, due_at, paused_days,
       calendar_conflict, rule, late_at
  FROM clock_stale(:page::integer, :after_tenant::uuid, :after_place::uuid);

-- name: clock_calendar :many
SELECT kind, title, from_on, to_on FROM clock_calendar(:tenant_id::uuid, :place_id::uuid, :from_on::date, :to_on::date);

-- name: clock_reckoned :one
SELECT clock_reckoned(:tenant_id::uuid, :calendar_version::integer, :clocks::jsonb) AS refused;
