# Proves the dependency rule: base <- sql <- auth <- models <- api, and who may use which library.
import pathlib
import re
import sys

LAYERS = ["base", "sql", "auth", "models", "api"]
ONLY_IN = {"libpq-fe.h": "sql/", "ulfius.h": "api/", "microhttpd.h": "api/",
           "jwt.h": "auth/token.c"}
root = pathlib.Path(__file__).resolve().parent.parent
faults = []
for rank, layer in enumerate(LAYERS):
    for file in sorted((root / layer).rglob("*.[ch]")):
        name = file.relative_to(root).as_posix()
        for line in file.read_text().splitlines():
            found = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
            head = found.group(1) if found else ""
            if head.split("/")[0] in LAYERS[rank + 1:]:
                faults.append(f"{name} includes {head}, which lies to the right of {layer}")
            if not name.startswith(ONLY_IN.get(head, "")):
                faults.append(f"{name} includes {head}, which belongs to {ONLY_IN[head]}")
sys.exit("\n".join(faults) or 0)
