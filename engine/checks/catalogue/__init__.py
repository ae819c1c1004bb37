"""The checks, one a file. A file is found because it is here, and its name says the situation that it finds.

Each says what must be so (its first line), what to do where it is not (`REMEDY`), when it is asked (`ASKED`: of what is
"tried", of every possible case "proved", or "idle" where advice is wanted), and shows by changes of the sample what it
finds (`INVALID`) and what it leaves alone (`VALID`, where more than the sample itself is worth showing). docs/check.md
is printed from them.
"""
