"""One change of the program or of its database, and how it is told apart from all others."""
from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True)
class Mutant:
    kind: str
    name: str    # what is changed and how; explained.txt knows a mutant by it
    place: str   # file:line
    words: tuple  # what tests are chosen by, the most telling first
    path: str = None   # a change of a file: `after` in the place of what begins and ends there
    begin: int = 0
    end: int = 0
    after: str = ""
    sql: str = None    # or a change of the database, when the migrations have run
    undo: str = None
    cell: str = None   # of the matrix, and what it then is

    @property
    def id(self):
        return f"{self.kind} {self.name}"

    def lot(self, seed):
        """By which it is drawn: in this order a run that is cut short is a sample as well."""
        return crc32(f"{seed} {self.id}".encode())


def place(path, text, at):
    return f"{path}:{text.count(chr(10), 0, at) + 1}"
