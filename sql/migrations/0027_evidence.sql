-- Files that come in parts, and the evidence that they become (A14, B4).

CREATE TABLE upload (
	tenant_id         uuid NOT NULL REFERENCES tenant,
	id                uuid NOT NULL,
	kind              text NOT NULL CHECK (kind IN ('evidence')),
	state             text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'complete', 'used', 'discarded')),
	size              bigint NOT NULL CHECK (size BETWEEN 1 AND 26214400),
	sha256            text NOT NULL CONSTRAINT upload_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
	declared_type     text NOT NULL CHECK (declared_type <> ''),
	media_type        text, -- what the bytes say it is
	part_size         integer NOT NULL CHECK (part_size BETWEEN 1024 AND 1048576),
	scan              text CHECK (scan IN ('not_scanned', 'clean')),
	discarded_because text,
	begun_by          uuid NOT NULL,
	expires_at        timestamptz NOT NULL DEFAULT now() + interval '24 hours',
	version           integer NOT NULL DEFAULT 1,
	created_at        timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT upload_begun_by FOREIGN KEY (tenant_id, begun_by) REFERENCES person (tenant_id, id),
	CONSTRAINT upload_known CHECK ((state IN ('complete', 'used')) = (media_type IS NOT NULL AND scan IS NOT NULL)),
	CONSTRAINT upload_discarded CHECK ((state = 'discarded') = (discarded_because IS NOT NULL))
);
CREATE INDEX upload_by_person ON upload (tenant_id, begun_by, expires_at);
CREATE INDEX upload_expiry ON upload (expires_at);
SELECT declare_table('upload', '24 hours, or as long as the evidence it became', 'rows',
	ordinary => '{tenant_id,id,kind,state,size,sha256,declared_type,media_type,part_size,scan,discarded_because,begun_by,expires_at,version,created_at}');

CREATE TABLE upload_part (
	tenant_id uuid NOT NULL,
	upload_id uuid NOT NULL,
	number    integer NOT NULL CHECK (number >= 1),
	content   bytea NOT NULL CONSTRAINT upload_part_length CHECK (octet_length(content) BETWEEN 1 AND 1048576),
	PRIMARY KEY (tenant_id, upload_id, number),
	FOREIGN KEY (tenant_id, upload_id) REFERENCES upload (tenant_id, id) ON DELETE CASCADE
);
-- Pictures and films do not shrink, and a slice is read without the rest.
ALTER TABLE upload_part ALTER COLUMN content SET STORAGE EXTERNAL;
SELECT declare_table('upload_part', 'as long as its upload', 'none',
	ordinary => '{tenant_id,upload_id,number}', personal => '{content}');

-- Nobody changes or removes either: what becomes of an upload is upload_settle()'s and sweep()'s.
GRANT SELECT, INSERT ON upload, upload_part TO chaperone_app;
CREATE POLICY sight ON upload FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND begun_by = (SELECT me_person()));
CREATE POLICY adding ON upload FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND begun_by = (SELECT me_person()) AND state = 'open'
		AND ((SELECT me_wide('colleague')) OR (SELECT me_schools('colleague')) <> '{}'));
CREATE POLICY sight ON upload_part FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM upload u
		WHERE u.tenant_id = upload_part.tenant_id AND u.id = upload_id AND u.begun_by = (SELECT me_person())
		  AND u.state = 'open'));
CREATE POLICY adding ON upload_part FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM upload u
		WHERE u.tenant_id = upload_part.tenant_id AND u.id = upload_id AND u.begun_by = (SELECT me_person())
		  AND u.state = 'open'));

CREATE TABLE evidence (
	tenant_id       uuid NOT NULL REFERENCES tenant,
	id              uuid NOT NULL,
	message_id      uuid NOT NULL,
	school_id       uuid, -- the message's, which does not change
	kind            text NOT NULL CHECK (kind IN ('text', 'file')),
	moment          text CHECK (moment IN ('before', 'after')), -- of a removal that was asked for
	text            text CHECK (text <> ''),
	source_url      text,
	captured_at     timestamptz NOT NULL,
	platform        text REFERENCES platform (code),
	author_handle   text,
	author_identity text NOT NULL CHECK (author_identity IN ('declared', 'pseudonymous', 'anonymous', 'unknown')),
	reappearance_of uuid,
	sha256          text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
	upload_id       uuid,
	media_type      text,
	size            bigint,
	part_size       integer,
	scan            text CHECK (scan IN ('not_scanned', 'clean')),
	locked_at       timestamptz, -- since then nobody is given the file
	recorded_by     uuid NOT NULL,
	recorded_name   text NOT NULL,
	version         integer NOT NULL DEFAULT 1,
	created_at      timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT evidence_message FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
	CONSTRAINT evidence_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	CONSTRAINT evidence_again FOREIGN KEY (tenant_id, reappearance_of) REFERENCES evidence (tenant_id, id),
	CONSTRAINT evidence_upload FOREIGN KEY (tenant_id, upload_id) REFERENCES upload (tenant_id, id),
	CONSTRAINT evidence_recorded_by FOREIGN KEY (tenant_id, recorded_by) REFERENCES person (tenant_id, id),
	CONSTRAINT evidence_upload_once UNIQUE (tenant_id, upload_id),
	CONSTRAINT evidence_past CHECK (captured_at <= created_at + interval '1 minute'),
	CONSTRAINT evidence_said CHECK (kind = 'file' OR text IS NOT NULL),
	CONSTRAINT evidence_file CHECK (CASE kind WHEN 'file' THEN num_nulls(upload_id, media_type, size, part_size, scan) = 0
		ELSE num_nonnulls(upload_id, media_type, size, part_size, scan) = 0 END)
);
CREATE INDEX evidence_newest ON evidence (tenant_id, created_at, id);
CREATE INDEX evidence_by_school ON evidence (tenant_id, school_id, created_at, id);
CREATE INDEX evidence_of ON evidence (tenant_id, message_id, created_at, id);
CREATE INDEX evidence_reappearance ON evidence (tenant_id, reappearance_of) WHERE reappearance_of IS NOT NULL;
SELECT declare_table('evidence', 'as long as its message', 'rows',
	ordinary => '{tenant_id,id,message_id,school_id,kind,moment,captured_at,platform,author_identity,reappearance_of,sha256,upload_id,media_type,size,part_size,scan,locked_at,recorded_by,version,created_at}',
	personal => '{text,source_url,author_handle,recorded_name}');

-- Who had it before them, and when: every look at it, every copy that was given out.
CREATE TABLE evidence_custody (
	tenant_id   uuid NOT NULL,
	id          bigint GENERATED ALWAYS AS IDENTITY,
	evidence_id uuid NOT NULL,
	at          timestamptz NOT NULL DEFAULT now(),
	action      text NOT NULL CHECK (action IN ('added', 'listed', 'viewed', 'downloaded', 'refused', 'locked')),
	actor_id    uuid,
	actor_name  text,
	request     text,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, evidence_id) REFERENCES evidence (tenant_id, id)
);
CREATE INDEX evidence_custody_of ON evidence_custody (tenant_id, evidence_id, id);
SELECT declare_table('evidence_custody', 'as long as its message', 'rows',
	ordinary => '{tenant_id,id,evidence_id,at,action,actor_id,request}', personal => '{actor_name}');

-- Neither is changed or removed by anybody: a lock is evidence_lock()'s.
GRANT SELECT, INSERT ON evidence, evidence_custody TO chaperone_app;
CREATE POLICY sight ON evidence FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM message m
		WHERE m.tenant_id = evidence.tenant_id AND m.id = message_id));
CREATE POLICY adding ON evidence FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND recorded_by = (SELECT me_person()) AND locked_at IS NULL
		AND EXISTS (SELECT FROM message m WHERE m.tenant_id = evidence.tenant_id AND m.id = message_id
			AND m.school_id IS NOT DISTINCT FROM evidence.school_id)
		AND (upload_id IS NULL OR EXISTS (SELECT FROM upload u WHERE u.tenant_id = evidence.tenant_id
			AND u.id = upload_id AND u.begun_by = (SELECT me_person()) AND u.state = 'complete')));
CREATE POLICY sight ON evidence_custody FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM evidence e
		WHERE e.tenant_id = evidence_custody.tenant_id AND e.id = evidence_id));
CREATE POLICY adding ON evidence_custody FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND actor_id = (SELECT me_person()) AND EXISTS (SELECT FROM evidence e
		WHERE e.tenant_id = evidence_custody.tenant_id AND e.id = evidence_id));
-- Whoever sees the evidence is given its bytes, unless it is locked.
ALTER POLICY sight ON upload_part
	USING (tenant_id = (SELECT me_tenant()) AND (EXISTS (SELECT FROM upload u
			WHERE u.tenant_id = upload_part.tenant_id AND u.id = upload_id AND u.begun_by = (SELECT me_person())
			  AND u.state = 'open')
		OR EXISTS (SELECT FROM evidence e WHERE e.tenant_id = upload_part.tenant_id AND e.upload_id = upload_part.upload_id
			AND e.locked_at IS NULL)));

-- A file that was added while its message was being triaged must not slip through, so both take the message's row.
CREATE FUNCTION evidence_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	v_triage text[];
BEGIN
	SELECT m.triage INTO v_triage FROM message m
	 WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.message_id FOR SHARE;
	IF 'self_generated_imagery' = ANY (v_triage) AND (NEW.upload_id IS NOT NULL OR url_of_media(NEW.source_url)) THEN
		RAISE EXCEPTION USING MESSAGE = imagery_advice(), DETAIL = 'intimate-imagery';
	END IF;
	UPDATE upload SET state = 'used', version = version + 1
	 WHERE tenant_id = NEW.tenant_id AND id = NEW.upload_id;
	INSERT INTO evidence_custody (tenant_id, evidence_id, action, actor_id, actor_name, request)
	VALUES (NEW.tenant_id, NEW.id, 'added', NEW.recorded_by, NEW.recorded_name,
		nullif(current_setting('me.request', true), ''));
	RETURN NULL;
END
$$;
SELECT define('evidence_added()', 'chaperone_owner');
CREATE TRIGGER added AFTER INSERT ON evidence FOR EACH ROW EXECUTE FUNCTION evidence_added();

-- A message that turns out to be about such images locks the files it has, in the same transaction. Nothing is deleted.
CREATE FUNCTION evidence_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	WITH locked AS (
		UPDATE evidence SET locked_at = now(), version = version + 1
		 WHERE tenant_id = NEW.tenant_id AND message_id = NEW.id AND upload_id IS NOT NULL AND locked_at IS NULL
		RETURNING tenant_id, id
	)
	INSERT INTO evidence_custody (tenant_id, evidence_id, action, actor_id, actor_name, request)
	SELECT l.tenant_id, l.id, 'locked', me_person(), me_name(), nullif(current_setting('me.request', true), '') FROM locked l;
	RETURN NULL;
END
$$;
SELECT define('evidence_lock()', 'chaperone_owner');
CREATE TRIGGER lock_evidence AFTER UPDATE OF triage ON message FOR EACH ROW
	WHEN ('self_generated_imagery' = ANY (NEW.triage)) EXECUTE FUNCTION evidence_lock();
