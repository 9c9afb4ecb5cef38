"""The frozen program starts here: as `python -m gpen_desktop` does, or with --self-check for the smoke test."""

from __future__ import annotations

import sys

from gpen_desktop.__main__ import main

if __name__ == "__main__":
    if sys.argv[1:2] == ["--self-check"]:
        import self_check

        sys.exit(self_check.run(sys.argv[2]))
    sys.exit(main())
