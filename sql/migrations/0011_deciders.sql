-- Who may decide is asked for many applications at once (the inbox): only those who hold what
-- the step or its substitutes ask for are looked at, not everybody with an appointment.
CREATE INDEX appointment_by_role ON appointment (tenant_id, role) WHERE state = 'active';
CREATE INDEX appointment_with_duties ON appointment (tenant_id) WHERE state = 'active' AND duties <> '{}';
