"""The cells of the permission matrix: one program changes the cell that it is told, instead of one build for each."""
import os
import subprocess

from mutant import Mutant

PATH, UNIT = "auth/policy_matrix.c", "policy_test"
# The table itself is overwritten before main: whatever reads it finds what a build with that cell would hold.
CHANGE = r"""
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
__attribute__((constructor)) static void cell_change(void)
{
	static const char *const cells[] = { "NO", "OWN", "SCOPE" };
	char permission[100], word[10];
	int row = 0, column, cell = 0;
	uintptr_t at;

	if (sscanf(getenv("CHAPERONE_CELL"), "%99[^,],%d,%9s", permission, &column, word) != 3)
		abort();
	while (strcmp(permission, permission_name((enum permission)row)))
		row++;
	while (strcmp(word, cells[cell]))
		cell++;
	at = (uintptr_t)&policy_matrix[row][column];
	if (mprotect((void *)(at & ~(uintptr_t)4095), 8192, PROT_READ | PROT_WRITE))
		abort();
	*(enum cell *)at = (enum cell)cell;
}
"""


class Cells:
    def __init__(self, tree, folder):
        self.tree, self.program = tree, folder / "cells_test"
        end = len((tree.folder / PATH).read_text())
        fault = tree.binaries(Mutant("matrix", "all", PATH, (), PATH, end, end, CHANGE), [UNIT], folder)
        if fault:
            raise SystemExit(f"The matrix cannot be changed as it runs: {fault}")
        (folder / UNIT).rename(self.program)
        if self.red("unset,0,NO"):  # which it holds
            raise SystemExit("The matrix is red without any change. Mend that first.")

    def red(self, cell):
        done = subprocess.run([self.program], cwd=self.tree.folder, env={**os.environ, "CHAPERONE_CELL": cell},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode != 0
