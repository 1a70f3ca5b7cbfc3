"""Which test files are known to pass on the program as it is."""
import hashlib


class Green:
    def __init__(self, root, file):
        self.root, self.file = root, file
        self.common = hashlib.sha256()
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and not name.startswith(("build/", "tests/mutation/")) and "_test." not in name:
                self.common.update(f"{name}\n".encode() + path.read_bytes())
        self.known = set(file.read_text().split()) if file.exists() else set()

    def digest(self, name):
        """Of a test, and of all that is no test."""
        digest = self.common.copy()
        folder = "http" if (self.root / f"tests/http/{name}_test.py").exists() else "unit"
        suffix = "py" if folder == "http" else "c"
        digest.update((self.root / f"tests/{folder}/{name.removesuffix('_test')}_test.{suffix}").read_bytes())
        return f"{name}:{digest.hexdigest()}"

    def fresh(self, names):
        return [name for name in names if self.digest(name) not in self.known]

    def add(self, names):
        for digest in map(self.digest, names):
            self.known.add(digest)
            with open(self.file, "a", encoding="ascii") as file:
                file.write(f"{digest}\n")
