-- What was imported of England's public register, and when.

-- name: register_import_list :list
-- Newest first: the counts of each report, not its lines.
SELECT i.id, i.form, i.file_name, i.as_of, i.imported_at,
       i.report - '{moves,re_registrations,leavers,refused,form,file,as_of}'::text[] AS counts,
       jsonb_array_length(i.report -> 'refused') AS refused
  FROM register_import i
 ORDER BY i.imported_at DESC, i.id DESC LIMIT 100;
