-- Files that come in parts, and the evidence that they become (A14, B4).

CREATE TABLE upload (
	tenant_id         uuid NOT NULL REFERENCES tenant,
	id                uuid NOT NULL,
	kind              text NOT NULL CHECK (kind IN ('evidence')),
	state             text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'complete', 'discarded')),
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
	CONSTRAINT upload_known CHECK ((state = 'complete') = (media_type IS NOT NULL AND scan IS NOT NULL)),
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
