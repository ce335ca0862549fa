"""`fit`: whether this image can serve. `keep`: copies what serves into a folder. `linked`: whether all is there that
what serves links. Exit status: 0, or that of a fault in build_faults.json, which is said on stderr."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from build_faults import BuildFault
from triton_base.fit import check_fit
from triton_base.keep import keep, triton_files
from triton_base.libraries import missing_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="triton_base", description=__doc__)
    parser.add_argument("command", choices=["fit", "keep", "linked"])
    parser.add_argument("--backends", required=True, help="of Triton, as folders in its backends, by spaces")
    parser.add_argument("--out", type=Path, help="keep: where the smaller image's files go")
    options = parser.parse_args()
    backends = options.backends.split()
    try:
        if options.command == "fit":
            check_fit(backends)
        elif options.command == "keep":
            keep(backends, options.out)
        else:
            missing = missing_of(triton_files(backends))
            if missing:
                raise BuildFault("LibrariesMissing", ", ".join(missing))
    except BuildFault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return fault.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
