-- Platforms: reference data.

-- name: platform_list :list
SELECT p.code, p.name, p.type, p.minimum_age, p.handles AS handle_pattern FROM platform p ORDER BY p.name;
