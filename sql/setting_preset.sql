-- Presets: what five kinds of policy say, as reference data.

-- name: setting_preset_list :list
SELECT p.name, p.title, p.help, (SELECT json_agg(json_build_object('key', g.key, 'value', g.value,
		'offered', d.key IS NOT NULL) ORDER BY d.place, g.key)
	  FROM setting_preset_value g LEFT JOIN setting_default d ON d.key = g.key
	 WHERE g.preset = p.name) AS values
  FROM setting_preset p ORDER BY p.place;
