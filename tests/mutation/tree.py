"""A copy of the tree with a build of its own, in which one file at a time is changed."""
import contextlib
import hashlib
import pathlib
import shutil
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Tree:
    """A copy of the tree with a build of its own, for one change at a time."""

    def __init__(self, folder):
        self.folder, self.lock = folder, threading.Lock()
        self.build = self.folder / "build/mutation"
        self.whole = self.folder / "build/whole"  # the program and its tests as they are
        self.copy()
        self.make()

    def copy(self):
        """What git knows or would add; only what differs is written, so that little is built."""
        names = set(subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True,
                                   check=True, stdout=subprocess.PIPE).stdout.splitlines())
        for name in sorted(names):
            source, target = ROOT / name, self.folder / name
            if source.is_file() and not (target.is_file() and target.read_bytes() == source.read_bytes()):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
        for path in list(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_file() and not name.startswith("build/") and name not in names:
                path.unlink()

    def make(self):
        """Without warnings: what a change leaves unused is not what is asked about."""
        subprocess.run(
            ["cmake", "--preset", "release", "-B", self.build, "-DCHAPERONE_TEST_BUILD=ON",
             "-DCMAKE_C_FLAGS=-O1 -w", f"-DSWAGGER_UI_DIST={ROOT}/build/ui/node_modules/swagger-ui-dist"],
            cwd=self.folder, check=True, stdout=subprocess.DEVNULL)
        made = self.ninja("all")
        if made.returncode:
            raise SystemExit(f"The program does not build as it is: {made.stdout[-2000:]}")
        self.whole.mkdir(exist_ok=True)
        for path in (self.build / "chaperone", *self.build.glob("*_test")):
            shutil.copy(path, self.whole)
        self.objects = {path: self.object(path) for path in (
            f"{file.parent.name}/{file.name}" for layer in ("auth", "models")
            for file in (self.folder / layer).glob("*.c"))}

    def ninja(self, *targets):
        return subprocess.run(["ninja", "-C", self.build, *targets], text=True, capture_output=True)

    def object(self, path):
        layer = path.partition("/")[0]
        return hashlib.sha256((self.build / f"CMakeFiles/{layer}.dir/{path}.o").read_bytes()).digest()

    @contextlib.contextmanager
    def changed(self, mutant):
        """With the file changed; it is put back whatever happens."""
        file = self.folder / mutant.path
        text = file.read_text()
        file.write_text(text[:mutant.begin] + mutant.after + text[mutant.end:])
        try:
            yield
        finally:
            file.write_text(text)

    def binaries(self, mutant, units, folder):
        """Builds the changed program and leaves it in the folder; the fault, if there is one."""
        with self.lock:
            with self.changed(mutant):
                made = self.ninja(*units)
                if made.returncode:
                    return "does not compile"
                if self.object(mutant.path) == self.objects[mutant.path]:
                    return "changes nothing in the program"
                for name in units:
                    shutil.copy(self.build / name, folder)
        return None
