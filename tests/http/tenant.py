"""Tenants made for one test, so that what it changes is nobody else's."""
import uuid


class Tenant:
    """A trust with two schools and nobody in it; everybody signs in with the demo's password."""

    def __init__(self, house, kind="trust", schools=2):
        self.house = house
        self.mark = uuid.uuid4().hex[:8]
        self.id = str(uuid.uuid4())
        house.sql("INSERT INTO tenant (id, kind, name) VALUES (%s, %s, %s)",
                  self.id, kind, f"Tenant {self.mark}")
        self.schools = [self.school(f"School {n + 1} {self.mark}", kind)
                        for n in range(schools if kind == "trust" else 1)]

    def school(self, name, kind="trust"):
        school = str(uuid.uuid4())
        self.house.sql("INSERT INTO school (tenant_id, id, trust_id, name) VALUES (%s, %s, %s, %s)",
                       self.id, school, self.id if kind == "trust" else None, name)
        return school

    def person(self, name, role=None, schools=(), duties=(), school=None, type="employee"):
        """A person who can sign in, appointed at once when a role is given: to these schools,
        or to the whole tenant. Returns a Person."""
        return Person(self, name, role, schools, duties, school, type)


class Person:
    def __init__(self, tenant, name, role, schools, duties, school, type):
        house = self.house = tenant.house
        self.tenant, self.name = tenant, name
        self.id, self.identity = str(uuid.uuid4()), str(uuid.uuid4())
        self.login = f"{name.lower().replace(' ', '.')}@{tenant.mark}.example"
        house.sql("INSERT INTO identity (id, login, password_hash) SELECT %s, %s, password_hash"
                  " FROM identity WHERE login = %s", self.identity, self.login, house.any_login)
        house.sql("INSERT INTO person (tenant_id, id, school_id, identity_id, name, email,"
                  " person_type) VALUES (%s, %s, %s, %s, %s, %s, %s)", tenant.id, self.id,
                  school or (schools[0] if len(schools) == 1 else None), self.identity, name,
                  self.login, type)
        if role:
            self.appoint(role, schools, duties)

    def appoint(self, role, schools=(), duties=()):
        house, appointment = self.house, str(uuid.uuid4())
        house.sql("INSERT INTO appointment (tenant_id, id, person_id, role, duties, scope, state,"
                  " from_on) VALUES (%s, %s, %s, %s, %s, %s, 'active', current_date - 1)",
                  self.tenant.id, appointment, self.id, role, list(duties),
                  "schools" if schools else "tenant")
        for school in schools:
            house.sql("INSERT INTO appointment_school (tenant_id, appointment_id, school_id,"
                      " person_id) VALUES (%s, %s, %s, %s)",
                      self.tenant.id, appointment, school, self.id)
        self.house.forget(self.login)
        return appointment

    @property
    def client(self):
        return self.house.as_(self.login)
