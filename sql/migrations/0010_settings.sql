-- Settings as people change them: what each one is, who changed it, and five policies as presets.

-- A24: all that a front end needs to draw a form, and all that a value is checked by.
ALTER TABLE setting_default
	ADD COLUMN place integer UNIQUE, -- order on the form
	ADD COLUMN type text CHECK (type IN ('boolean', 'integer', 'enum', 'text', 'list', 'chain')),
	ADD COLUMN unit text, -- what an integer counts
	ADD COLUMN min integer, -- of the value itself; of its characters, items or steps
	ADD COLUMN max integer,
	ADD COLUMN words text[], -- of an enum; of a list's items; of a chain's roles and duties
	-- U29: must blocks, should warns, advised is text only. An object gives it for each word of
	-- an enum; strength_of names the key whose strength this one shares.
	ADD COLUMN strength jsonb,
	ADD COLUMN strength_of text REFERENCES setting_default,
	ADD COLUMN requirements text[],
	ADD COLUMN changes text;
UPDATE setting_default d
   SET place = v.place, type = v.type, unit = v.unit, min = v.min, max = v.max, words = v.words::text[],
       strength = v.strength::jsonb, strength_of = v.strength_of, requirements = v.requirements::text[],
       help = v.help, changes = v.changes
  FROM (VALUES
	(1, 'application.required_parts', 'list', NULL, 0, 5, '{aim,audience,promotion,operators,visibility}',
	 '"must"', NULL, '{P2}', 'Parts of the business case that have to be filled in.',
	 'An application cannot be submitted while one of them is blank. Without operators, the two minimums of operators are not asked either.'),
	(2, 'application.min_operators', 'integer', 'people', 0, 20, NULL,
	 '"must"', NULL, '{P3}', 'How many people have to be named to run an account.',
	 'An application with fewer cannot be submitted.'),
	(3, 'application.min_staff_operators', 'integer', 'employees', 0, 20, NULL,
	 '"must"', NULL, '{P3,P6}', 'How many of the people who run an account have to be employees.',
	 'An application with fewer cannot be submitted. Volunteers and parents may be named beside them.'),
	(4, 'application.approver_chain', 'chain', NULL, 1, 5, '{slt,head,chair,proprietor}',
	 '"must"', NULL, '{P1,P8}', 'Who decides on an application, step by step: a role or duty, of the school or of the whole tenant, any one of them or all.',
	 'It names the deciders of every application that waits, and of every one to come.'),
	(5, 'application.substitute_decider', 'list', NULL, 0, 5, '{trust_slt,school_slt,head,chair,proprietor}',
	 '"must"', NULL, '{P1}', 'Who decides when everybody at a step has a conflict of interest: the first of these that there is.',
	 'It names the deciders of an application whose own deciders are all conflicted.'),
	(6, 'application.training_gate', 'enum', NULL, NULL, NULL, '{required,advised}',
	 '{"required": "must", "advised": "should"}', NULL, '{P5,P6}', 'Whether everybody who would run the account must be attested to be trained and to have read the policy.',
	 'Where it is required, an application cannot be approved before; where it is advised, its readiness warns.'),
	(7, 'application.risk_assessment', 'enum', NULL, NULL, NULL, '{required,advised}',
	 '{"required": "must", "advised": "should"}', NULL, '{O7}', 'Whether there must be a current risk assessment.',
	 'Where it is required, an application cannot be approved before; where it is advised, its readiness warns.'),
	(8, 'training.valid_months', 'integer', 'months', 1, 60, NULL,
	 NULL, 'application.training_gate', '{T2,T4}', 'How long a training counts.',
	 'An attestation older than this no longer counts for an application, and says so itself.'),
	(9, 'policy.current_edition', 'text', NULL, 0, 100, NULL,
	 NULL, 'application.training_gate', '{P5}', 'The edition of the policy that is in force; empty when any edition will do.',
	 'Only an attestation of this edition counts as having read the policy.'),
	(10, 'channel.privacy_notice', 'enum', NULL, NULL, NULL, '{block,warn}',
	 '{"block": "must", "warn": "should"}', NULL, '{H12}', 'Whether an account has to stand in the privacy notice before it goes live.',
	 'Where it blocks, a channel cannot be activated before; where it warns, the channel is flagged.'),
	(11, 'channel.max_admins', 'integer', 'administrators', 1, 20, NULL,
	 '"should"', NULL, '{O3}', 'How many administrators one channel should have at most.',
	 'A channel with more is not classified as official.'),
	(12, 'grant.valid_months', 'integer', 'months', 1, 60, NULL,
	 '"advised"', NULL, '{P11}', 'How long somebody may use a channel when the application names no day.',
	 'It sets the last day of the grants when an account is recorded.')
	) v (place, key, type, unit, min, max, words, strength, strength_of, requirements, help, changes)
 WHERE d.key = v.key;
ALTER TABLE setting_default
	ALTER COLUMN place SET NOT NULL, ALTER COLUMN type SET NOT NULL,
	ALTER COLUMN requirements SET NOT NULL, ALTER COLUMN changes SET NOT NULL,
	ADD CHECK ((strength IS NULL) <> (strength_of IS NULL));
INSERT INTO column_class SELECT 'setting_default', c, 'ordinary'
  FROM unnest('{place,type,unit,min,max,words,strength,strength_of,requirements,changes}'::text[]) c;

-- What a policy says, by what kind of policy it is. A key that the service does not offer yet
-- stands here all the same, so that a school sees what its policy holds (A24).
CREATE TABLE setting_preset (
	name  text PRIMARY KEY CHECK (name ~ '^[a-z_]+$'),
	place integer NOT NULL UNIQUE,
	title text NOT NULL,
	help  text NOT NULL
);
CREATE TABLE setting_preset_value (
	preset text NOT NULL REFERENCES setting_preset,
	key    text NOT NULL,
	value  jsonb NOT NULL,
	PRIMARY KEY (preset, key)
);
INSERT INTO setting_preset VALUES
	('academy_in_trust', 1, 'Primary academy of a trust',
	 'A business case with all its parts, two members of staff for each account, training before approval.'),
	('independent_prep', 2, 'Independent preparatory school',
	 'No trust: the school''s own SLT decides, and the proprietor where all of them are in conflict.'),
	('multi_academy_trust', 3, 'Multi-academy trust',
	 'One policy for all schools: a risk assessment of the whole trust, and accounts in the privacy notice.'),
	('acceptable_use', 4, 'Acceptable use agreement of one school',
	 'Social media as part of an agreement on ICT: a business case, and training where it is needed.'),
	('local_authority_primary', 5, 'Primary school of a local authority',
	 'No trust: the head decides, and the chair of governors in the head''s place; training each year.');
INSERT INTO setting_preset_value VALUES
	('academy_in_trust', 'application.required_parts', '["aim", "audience", "promotion", "operators", "visibility"]'),
	('academy_in_trust', 'application.min_operators', '2'),
	('academy_in_trust', 'application.min_staff_operators', '2'),
	('academy_in_trust', 'application.approver_chain', '[{"scope": "school", "role": "slt", "need": "any"}]'),
	('academy_in_trust', 'application.training_gate', '"required"'),
	('academy_in_trust', 'clock.response_hours', '24'),
	('academy_in_trust', 'clock.defer_if_received_on_weekend', 'true'),
	('academy_in_trust', 'clock.defer_if_received_on_school_holiday', 'true'),
	('academy_in_trust', 'clock.ack_stops_clock', 'true'),
	('academy_in_trust', 'credential.codes_held_by_service', '"required"'),
	('academy_in_trust', 'policy.review_months', '36'),
	('academy_in_trust', 'content.controversial_approver', '"senior_leader"'),
	('academy_in_trust', 'content.opinions_on_official', '"allowed_if_balanced"'),
	('academy_in_trust', 'incident.first_recipient', '"senior_leader"'),
	('academy_in_trust', 'image.consent_model', '"assumed_with_rules"'),
	('academy_in_trust', 'pupil_contact.former', '"banned_under_18"'),
	('academy_in_trust', 'personal_use_at_work', '"reasonable"'),
	('academy_in_trust', 'scope.personal', '"associated_only"'),
	('academy_in_trust', 'parent_ladder', '"three_steps"'),
	('academy_in_trust', 'scope.persons', '["staff", "volunteers_who_run_accounts", "parents_who_run_accounts"]'),
	('independent_prep', 'application.approver_chain', '[{"scope": "school", "role": "slt", "need": "any"}]'),
	('independent_prep', 'application.substitute_decider', '["proprietor"]'),
	('independent_prep', 'application.training_gate', '"required"'),
	('independent_prep', 'clock.response_hours', '24'),
	('independent_prep', 'clock.defer_if_received_on_weekend', 'true'),
	('independent_prep', 'clock.defer_if_received_on_school_holiday', 'false'),
	('independent_prep', 'clock.ack_stops_clock', 'true'),
	('independent_prep', 'monitor.days', '"seven"'),
	('independent_prep', 'policy.review_months', '12'),
	('independent_prep', 'content.controversial_approver', '"head"'),
	('independent_prep', 'content.opinions_on_official', '"allowed_if_balanced"'),
	('independent_prep', 'incident.first_recipient', '"senior_leader"'),
	('independent_prep', 'image.consent_model', '"assumed_with_rules"'),
	('independent_prep', 'pupil_contact.former', '"banned"'),
	('independent_prep', 'personal_use_at_work', '"reasonable"'),
	('independent_prep', 'journalist.rule', '"media_policy_first"'),
	('independent_prep', 'scope.personal', '"associated_only"'),
	('independent_prep', 'parent_ladder', '"three_steps"'),
	('independent_prep', 'scope.persons', '["staff", "pupils", "parents"]'),
	('independent_prep', 'anonymous_posts', '"discouraged"'),
	('multi_academy_trust', 'application.approver_chain', '[{"scope": "school", "role": "slt", "need": "any"}]'),
	('multi_academy_trust', 'application.substitute_decider', '["trust_slt"]'),
	('multi_academy_trust', 'application.risk_assessment', '"required"'),
	('multi_academy_trust', 'channel.privacy_notice', '"block"'),
	('multi_academy_trust', 'clock.response_hours', '"none"'),
	('multi_academy_trust', 'incident.triage_hours', '"as_soon_as_possible"'),
	('multi_academy_trust', 'credential.codes_held_by_service', '"central_logins_and_leadership_access"'),
	('multi_academy_trust', 'policy.review_months', '12'),
	('multi_academy_trust', 'policy.approver_body', '"trustees"'),
	('multi_academy_trust', 'content.controversial_approver', '"if_in_doubt_do_not_post"'),
	('multi_academy_trust', 'incident.first_recipient', '"principal_executive_team_or_slt"'),
	('multi_academy_trust', 'image.consent_model', '"written"'),
	('multi_academy_trust', 'pupil_contact.former', '"ask_principal_if_recent_leaver"'),
	('multi_academy_trust', 'parent_friending', '"banned_unless_relative"'),
	('multi_academy_trust', 'personal_use_at_work', '"none_in_contact_time"'),
	('multi_academy_trust', 'incident.comment_rule', '"official_channels_only"'),
	('multi_academy_trust', 'scope.personal', '"all"'),
	('multi_academy_trust', 'delegation', '"scheme_of_delegation"'),
	('multi_academy_trust', 'parent_ladder', '"principal_decides"'),
	('multi_academy_trust', 'check.subject_types', '["staff", "trustees", "governors", "volunteers"]'),
	('multi_academy_trust', 'scope.persons', '["staff", "governors", "volunteers"]'),
	('multi_academy_trust', 'anonymous_posts', '"be_honest_who_you_are"'),
	('acceptable_use', 'application.required_parts', '["aim", "audience", "promotion", "visibility"]'),
	('acceptable_use', 'application.approver_chain', '[{"scope": "school", "role": "slt", "need": "any"}]'),
	('acceptable_use', 'application.training_gate', '"advised"'),
	('acceptable_use', 'clock.response_hours', '24'),
	('acceptable_use', 'clock.defer_if_received_on_weekend', 'true'),
	('acceptable_use', 'clock.defer_if_received_on_school_holiday', 'false'),
	('acceptable_use', 'clock.ack_stops_clock', 'true'),
	('acceptable_use', 'monitor.days', '"seven"'),
	('acceptable_use', 'policy.approver_body', '"slt"'),
	('acceptable_use', 'incident.first_recipient', '"head_or_assistant_heads"'),
	('acceptable_use', 'image.consent_model', '"permission_by_image_policy"'),
	('acceptable_use', 'pupil_contact.former', '"banned"'),
	('acceptable_use', 'personal_use_at_work', '"reasonable"'),
	('acceptable_use', 'journalist.rule', '"never_respond_report_now"'),
	('acceptable_use', 'scope.personal', '"associated_only"'),
	('acceptable_use', 'parent_ladder', '"three_steps"'),
	('acceptable_use', 'scope.persons', '["staff", "pupils", "parents"]'),
	('acceptable_use', 'anonymous_posts', '"discouraged"'),
	('local_authority_primary', 'application.approver_chain', '[{"scope": "school", "role": "head", "need": "any"}]'),
	('local_authority_primary', 'application.substitute_decider', '["chair"]'),
	('local_authority_primary', 'application.training_gate', '"required"'),
	('local_authority_primary', 'training.valid_months', '12'),
	('local_authority_primary', 'clock.response_hours', '"none"'),
	('local_authority_primary', 'monitor.days', '"moderated"'),
	('local_authority_primary', 'policy.review_months', '12'),
	('local_authority_primary', 'policy.approver_body', '"governors"'),
	('local_authority_primary', 'content.opinions_on_official', '"forbidden"'),
	('local_authority_primary', 'incident.first_recipient', '"head_or_dsl"'),
	('local_authority_primary', 'pupil_contact.former', '"advised_against"'),
	('local_authority_primary', 'parent_friending', '"not_if_only_staff_and_parent"'),
	('local_authority_primary', 'personal_use_at_work', '"never_on_school_systems"'),
	('local_authority_primary', 'scope.personal', '"all"'),
	('local_authority_primary', 'delegation', '"governing_body"'),
	('local_authority_primary', 'parent_ladder', '"five_steps"'),
	('local_authority_primary', 'scope.persons', '["whole_community"]');
SELECT declare_table('setting_preset', 'life of the service', 'none', ordinary => '{name,place,title,help}');
SELECT declare_table('setting_preset_value', 'life of the service', 'none', ordinary => '{preset,key,value}');

-- A level that says nothing any more keeps its row: its version never goes back.
ALTER TABLE setting
	ALTER COLUMN value DROP NOT NULL,
	ADD COLUMN version integer NOT NULL DEFAULT 1,
	ADD COLUMN preset text REFERENCES setting_preset, -- that its value came from
	ADD CONSTRAINT setting_lock CHECK (NOT locked OR (school_id IS NULL AND value IS NOT NULL));
INSERT INTO column_class VALUES ('setting', 'version', 'ordinary'), ('setting', 'preset', 'ordinary');

CREATE TABLE setting_history (
	tenant_id   uuid NOT NULL REFERENCES tenant,
	id          bigint GENERATED ALWAYS AS IDENTITY,
	school_id   uuid,
	key         text NOT NULL,
	at          timestamptz NOT NULL DEFAULT now(),
	actor_id    uuid,
	actor_name  text,
	action      text NOT NULL CHECK (action IN ('set', 'clear', 'preset')),
	from_value  jsonb, -- null: the level said nothing
	to_value    jsonb,
	from_locked boolean NOT NULL,
	to_locked   boolean NOT NULL,
	preset      text,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id)
);
CREATE INDEX setting_history_of ON setting_history (tenant_id, key, id);
SELECT declare_table('setting_history', 'contract + 6 years', 'none',
	ordinary => '{tenant_id,id,school_id,key,at,actor_id,action,from_value,to_value,from_locked,to_locked,preset}',
	personal => '{actor_name}');

-- A change and its history are one statement, whoever makes it and by whatever path.
CREATE FUNCTION setting_log() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	v_from jsonb;
	v_locked boolean := false;
BEGIN
	IF TG_OP = 'UPDATE' THEN
		v_from := OLD.value;
		v_locked := OLD.locked;
	END IF;
	IF v_from IS NOT DISTINCT FROM NEW.value AND v_locked = NEW.locked THEN RETURN NULL; END IF;
	INSERT INTO setting_history (tenant_id, school_id, key, actor_id, actor_name, action,
		from_value, to_value, from_locked, to_locked, preset)
	VALUES (NEW.tenant_id, NEW.school_id, NEW.key, me_person(), me_name(),
		CASE WHEN NEW.value IS NULL THEN 'clear' WHEN NEW.preset IS NOT NULL THEN 'preset' ELSE 'set' END,
		v_from, NEW.value, v_locked, NEW.locked, NEW.preset);
	RETURN NULL;
END
$$;
SELECT define('setting_log()', 'chaperone_owner');
CREATE TRIGGER log AFTER INSERT OR UPDATE ON setting FOR EACH ROW EXECUTE FUNCTION setting_log();
CREATE TRIGGER settled BEFORE UPDATE OR DELETE ON setting_history
	FOR EACH ROW EXECUTE FUNCTION application_settled();

-- Which of the rows that speak of a key counts: a tenant's lock, then the school, then the
-- tenant. The one rule for what holds and for what is shown.
CREATE FUNCTION setting_rank(s setting) RETURNS integer LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN s.school_id IS NOT NULL THEN 2 WHEN s.locked THEN 1 ELSE 3 END $$;
GRANT EXECUTE ON FUNCTION setting_rank(setting) TO chaperone_app, chaperone_definer;

-- U29: must, should or advised, of a key where it holds.
CREATE FUNCTION setting_strength(p_key text, p_tenant uuid, p_school uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (
	SELECT CASE jsonb_typeof(g.strength) WHEN 'string' THEN g.strength #>> '{}'
		ELSE g.strength ->> (setting_of(p_tenant, p_school, g.key) #>> '{}') END
	  FROM setting_default d JOIN setting_default g ON g.key = coalesce(d.strength_of, d.key)
	 WHERE d.key = p_key);
END
$$;
GRANT EXECUTE ON FUNCTION setting_strength(text, uuid, uuid) TO chaperone_app;

-- The settings of a school, or of the tenant itself, as the caller may see them; one of them
-- when a key is given. p_may: may the caller change anything at this level?
CREATE FUNCTION settings_shown(p_school uuid, p_key text, p_may boolean)
RETURNS TABLE (key text, school_id uuid, school_name text, value jsonb, source text, locked boolean,
	locked_by_name text, own_value jsonb, inherited_value jsonb, "default" jsonb, type text, unit text,
	min integer, max integer, words text[], strength text, requirements text[], help text,
	changes text, preset text, changed_at timestamptz, changed_by uuid, changed_by_name text,
	may_change boolean, version integer)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT d.key, p_school, (SELECT n.name FROM school n WHERE n.tenant_id = me_tenant() AND n.id = p_school),
	       coalesce(w.value, d.value), coalesce(w.source, 'default'), coalesce(t.locked, false),
	       CASE WHEN t.locked THEN (SELECT h.actor_name FROM setting_history h
		WHERE h.tenant_id = t.tenant_id AND h.key = t.key AND h.school_id IS NULL
		ORDER BY h.id DESC LIMIT 1) END,
	       o.value, CASE WHEN p_school IS NULL THEN d.value ELSE coalesce(t.value, d.value) END,
	       d.value, d.type, d.unit, d.min, d.max, d.words,
	       setting_strength(d.key, me_tenant(), p_school), d.requirements, d.help, d.changes, o.preset,
	       c.at, c.actor_id, c.actor_name,
	       p_may AND (p_school IS NULL OR NOT coalesce(t.locked, false)), coalesce(o.version, 0)
	  FROM setting_default d
	  LEFT JOIN setting t ON t.tenant_id = me_tenant() AND t.key = d.key AND t.school_id IS NULL
	  LEFT JOIN setting o ON o.tenant_id = me_tenant() AND o.key = d.key
	   AND o.school_id IS NOT DISTINCT FROM p_school
	  LEFT JOIN LATERAL (
		SELECT s.value, CASE WHEN s.school_id IS NULL THEN 'tenant' ELSE 'school' END AS source
		  FROM setting s
		 WHERE s.tenant_id = me_tenant() AND s.key = d.key AND s.value IS NOT NULL
		   AND (s.school_id IS NULL OR s.school_id = p_school)
		 ORDER BY setting_rank(s) LIMIT 1) w ON true
	  LEFT JOIN LATERAL (
		SELECT h.at, h.actor_id, h.actor_name FROM setting_history h
		 WHERE h.tenant_id = me_tenant() AND h.key = d.key AND h.school_id IS NOT DISTINCT FROM p_school
		 ORDER BY h.id DESC LIMIT 1) c ON true
	 WHERE p_key IS NULL OR d.key = p_key
	 ORDER BY d.place;
END
$$;
GRANT EXECUTE ON FUNCTION settings_shown(uuid, text, boolean) TO chaperone_app;

-- What is wrong with a value, by the data about its key: the one place that judges values.
-- `pointer` leads into the value. No row for a key that there is not.
CREATE FUNCTION setting_faults(p_key text, p_value jsonb) RETURNS TABLE (pointer text, detail text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	d setting_default;
	v_text text := p_value #>> '{}';
	v_json text := jsonb_typeof(p_value);
	v_items bigint;
BEGIN
	SELECT * INTO d FROM setting_default WHERE key = p_key;
	IF NOT FOUND THEN RETURN; END IF;
	IF d.type = 'boolean' THEN
		RETURN QUERY SELECT '', 'is true or false' WHERE v_json <> 'boolean';
	ELSIF d.type = 'integer' THEN
		RETURN QUERY SELECT '', format('is a whole number from %s to %s (%s)', d.min, d.max, d.unit)
		 WHERE NOT CASE WHEN v_json <> 'number' THEN false ELSE v_text ~ '^-?[0-9]+$'
			AND v_text::numeric BETWEEN d.min AND d.max END;
	ELSIF d.type = 'enum' THEN
		RETURN QUERY SELECT '', 'is one of ' || array_to_string(d.words, ', ')
		 WHERE v_json <> 'string' OR v_text <> ALL (d.words);
	ELSIF d.type = 'text' THEN
		RETURN QUERY SELECT '', format('is one line of %s to %s characters, without blanks at its ends',
			d.min, d.max)
		 WHERE v_json <> 'string' OR char_length(v_text) NOT BETWEEN d.min AND d.max
		    OR v_text ~ '^\s|\s$|[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]';
	ELSIF v_json <> 'array' THEN
		RETURN QUERY SELECT '', 'is a list';
	ELSE
		v_items := jsonb_array_length(p_value);
		RETURN QUERY SELECT '', format('has %s to %s %s', d.min, d.max,
			CASE d.type WHEN 'chain' THEN 'steps' ELSE 'items' END)
		 WHERE v_items NOT BETWEEN d.min AND d.max;
		IF v_items > d.max THEN RETURN; END IF;
		IF d.type = 'chain' THEN
			RETURN QUERY SELECT format('/%s', step.ordinality - 1) || f.pointer, f.detail
			  FROM jsonb_array_elements(p_value) WITH ORDINALITY step,
			       setting_step_faults(step.value, d.words) f;
		ELSE
			RETURN QUERY SELECT format('/%s', item.ordinality - 1),
			       CASE WHEN jsonb_typeof(item.value) <> 'string' OR item.value #>> '{}' <> ALL (d.words)
				    THEN 'is one of ' || array_to_string(d.words, ', ')
				    ELSE 'is in the list already' END
			  FROM jsonb_array_elements(p_value) WITH ORDINALITY item
			 WHERE jsonb_typeof(item.value) <> 'string' OR item.value #>> '{}' <> ALL (d.words)
			    OR EXISTS (SELECT FROM jsonb_array_elements(p_value) WITH ORDINALITY other
				WHERE other.value = item.value AND other.ordinality < item.ordinality);
		END IF;
	END IF;
END
$$;
-- One step of a chain: {scope, role, need}, each known, and nothing else.
CREATE FUNCTION setting_step_faults(p_step jsonb, p_roles text[]) RETURNS TABLE (pointer text, detail text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	IF jsonb_typeof(p_step) <> 'object' THEN
		RETURN QUERY SELECT '', 'is an object with scope, role and need';
		RETURN;
	END IF;
	RETURN QUERY
	SELECT '/' || m.name, CASE WHEN p_step ? m.name THEN 'is one of ' || array_to_string(m.words, ', ')
			ELSE 'is required' END
	  FROM (VALUES ('scope', '{school,tenant}'::text[]), ('role', p_roles), ('need', '{any,all}')) m (name, words)
	 WHERE jsonb_typeof(p_step -> m.name) IS DISTINCT FROM 'string' OR p_step ->> m.name <> ALL (m.words)
	UNION ALL
	SELECT '/' || replace(replace(left(k, 60), '~', '~0'), '/', '~1'), 'is not known here'
	  FROM jsonb_object_keys(p_step) k WHERE k NOT IN ('scope', 'role', 'need');
END
$$;
GRANT EXECUTE ON FUNCTION setting_faults(text, jsonb), setting_step_faults(jsonb, text[]) TO chaperone_app;

GRANT INSERT, UPDATE ON setting TO chaperone_app;
GRANT SELECT ON setting_history, setting_preset, setting_preset_value TO chaperone_app;
CREATE POLICY adding ON setting FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY changing ON setting FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY sight ON setting_history FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('member'))
		OR (school_id IS NULL AND (SELECT me_schools('member')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE POLICY everyone ON setting_preset FOR SELECT TO chaperone_app USING (true);
CREATE POLICY everyone ON setting_preset_value FOR SELECT TO chaperone_app USING (true);
