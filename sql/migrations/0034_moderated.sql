-- Abuse is handled sooner (B1), channels with pupils are moderated (M10), and a body may order a removal (B8).

ALTER TABLE message DROP CONSTRAINT message_triage_check,
	ADD CHECK (triage <@ '{data_protection_complaint,freedom_of_information,subject_access,safeguarding,self_generated_imagery,media,names_individual,abuse}');
ALTER TABLE clock DROP CONSTRAINT clock_kind_check,
	ADD CHECK (kind IN ('response', 'answer', 'abuse', 'data_protection_complaint', 'freedom_of_information', 'subject_access',
		'breach', 'lado', 'complaint_acknowledgement', 'complaint_informal', 'complaint_formal', 'complaint_panel'));
INSERT INTO setting_default (place, key, value, type, unit, min, max, words, strength, strength_of, requirements, help, changes)
VALUES (46, 'clock.abuse_hours', '4', 'integer', 'hours', 1, 72, '{none}', '"should"', NULL, '{B1}',
	'Within how many hours what is offensive or abusive is handled; none where only the first answer is promised.',
	'It sets when a message that triage calls abuse is due beside its first answer, for what is triaged from then on.');

ALTER TABLE channel ADD COLUMN pre_moderated boolean NOT NULL DEFAULT false; -- what pupils take part in is looked at before it is seen
SELECT declare_column('channel', 'pre_moderated', 'ordinary');
GRANT UPDATE (pre_moderated) ON channel TO chaperone_app;
INSERT INTO channel_flag VALUES
	('missing_moderator', 17, 'Pupils take part, and nobody moderates',
	 'What pupils and others write under each other''s posts is seen by nobody who may take it down.',
	 'Grant the moderator''s access to somebody.',
	 'POST', '/v1/channels/{id}/grants', '{access,person_id,post_id,team_id}'),
	('not_pre_moderated', 18, 'Pupils take part, and nothing is looked at before it is seen',
	 'What harms a pupil has been read by the time somebody takes it down.',
	 'Set the platform so that somebody releases what is written, then record it.',
	 'PATCH', '/v1/channels/{id}', '{pre_moderated}');

ALTER TABLE moderation_action
	ADD COLUMN ordering_body text CHECK (ordering_body IN ('governing_body', 'trust_board', 'proprietor', 'head', 'court')),
	ADD COLUMN ordered_on date,
	ADD CONSTRAINT moderation_action_ordered CHECK ((ordering_body IS NULL) = (ordered_on IS NULL));
SELECT declare_column('moderation_action', 'ordering_body', 'ordinary');
SELECT declare_column('moderation_action', 'ordered_on', 'ordinary');
