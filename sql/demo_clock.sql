-- The clock of a demo, which anybody who runs it may turn.

-- name: demo_clock_get :one
-- By how much it is turned, in seconds, and the time as it is.
SELECT coalesce(t.clock_shift, 0) AS shift, floor(extract(epoch FROM now()))::bigint AS real
  FROM tenant t WHERE t.id = :me_tenant::uuid AND t.demo;

-- name: demo_clock_turn :one
SELECT demo_clock_turn(:shift::integer) AS ok;
