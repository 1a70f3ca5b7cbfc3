"""Which tests matter to a mutant: those of its noun, then those that speak of it most."""
import re

# Nouns whose test has another name (ARCHITECTURE.md), or that are tested with another noun.
NOUNS = {"clock": "calendar", "application": "channel_application", "assessment": "readiness",
         "attestation": "readiness", "appointment": "granting", "transfer": "england",
         "membership": "post", "people": "people_import", "exclusion": "circles",
         "register_import": "england", "register_link": "england", "register_membership": "england",
         "register_school": "england", "register_trust": "england", "schema_functions": "cli"}
# Tests of other nouns that walk through it as well.
BESIDE = {"channel": ("quality", "post"), "channel_application": ("readiness", "deciders", "revision", "operator"), "channel_check": ("rota",),
          "clock": ("clock", "clock_list"), "demo_clock": ("clock_list",), "evidence": ("upload",),
          "message": ("safeguarding", "clock_list", "message_work", "message_template"), "message_reply": ("message_template",),
          "moderation_action": ("moderation_sight",), "monitor_duty": ("rota",), "watch_term": ("mention",),
          "upload": ("upload_scan", "upload_kind"),
          "school": ("channel",), "session": ("sign_in", "rate", "invitation"), "words": ("search",)}
# Tests that go over everything of a kind.
OVER_ALL = {
    "matrix": ("permission",), "grant": ("granting",), "flow": ("flow", "contract"), "permission": ("contract", "permission"),
    "route": ("contract",), "field": ("contract", "bad_input"),
    "list": ("contract", "list", "changes"), "refusal": (),
    "check": ("constraint",), "unique": ("constraint",), "foreign": ("constraint", "row_security"),
    "trigger": ("house_faults", "audit", "changes"), "policy": ("row_change", "row_security", "bare_sql", "circles"),
    "setting": ("setting", "setting_effect", "setting_preset"),
}
FIRST = ("changes", "constraint", "contract", "flow", "permission", "row_change", "row_security")  # in seconds
LAST = {"policy": ("second_wall",)}  # what takes minutes, when all others are green
# Where many changes of the database are tried one after the other on one house, before each has its own.
TOGETHER = {"constraint": ("check", "unique", "foreign"), "row_change": ("policy",),
            "row_security": ("policy", "foreign"), "bare_sql": ("policy", "trigger"), "setting": ("setting",)}
NEAR = 2  # files that speak of it, besides
# Only for their own noun or kind: what no rule of a table reaches, or what takes long for one answer.
FAR = ("audit", "audit_verify", "backup", "england", "framing", "gias_forms", "granting", "header",
       "instances", "keys", "people_import", "permission", "plan", "problem_page", "proxy", "rate",
       "readme", "reliability", "second_wall", "stream")


class Choice:
    def __init__(self, root):
        self.http = {path.name.removesuffix("_test.py"): path.read_text()
                     for path in sorted((root / "tests/http").glob("*_test.py"))}
        self.units = [path.name.removesuffix("_test.c") for path in (root / "tests/unit").glob("*_test.c")]

    def unit(self, mutant):
        """The unit test of a file in C: policy_test.c speaks for policy_matrix.c."""
        return [f"{name}_test" for name in self.units
                if mutant.path and re.match(rf"\w+/{name}[_.]", mutant.path)]

    def near(self, mutant):
        chosen = [name for name in OVER_ALL[mutant.kind] if name in FIRST]
        for word in mutant.words:
            noun = next((NOUNS[n] for n in NOUNS if word == n or word.startswith(f"{n}_")), word)
            chosen += [name for name in self.http if noun == name or noun.startswith(f"{name}_")]
            chosen += BESIDE.get(noun, ())
        chosen += (*OVER_ALL[mutant.kind], *self.speaking(mutant)[:NEAR])
        return list(dict.fromkeys(chosen))

    def wide(self, mutant):
        near = self.near(mutant)
        return [name for name in (*self.speaking(mutant), *LAST.get(mutant.kind, ())) if name not in near]

    def speaking(self, mutant):
        """Those that speak of it most come first."""
        return sorted((name for name in self.http if name not in FAR), reverse=True,
                      key=lambda name: self.spoken(self.http[name], mutant.words))

    @staticmethod
    def spoken(text, words):
        """How often, the first word counting most."""
        return sum(len(re.findall(rf"\b{re.escape(word)}\b", text)) * 10 ** (len(words) - at)
                   for at, word in enumerate(words))
