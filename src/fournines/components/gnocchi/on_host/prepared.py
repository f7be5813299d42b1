"""Says whether Gnocchi has its sacks and its archive policies. Runs on a host, with its Gnocchi.

Argument: Gnocchi's configuration file. Exit: 0 when nothing is left to do, 1 when something is, with what on
standard output; anything else where nobody could say, with an error.
"""

from __future__ import annotations

import sys

NOT_FOUND = 404


def without_sacks(error: BaseException) -> bool:
    """Whether the store itself said that there are none; else Gnocchi takes any silence for that."""
    cause = error.args[0] if error.args else None
    return getattr(cause, "http_status", None) == NOT_FOUND


def main(conf_file: str) -> int:
    """Look, and say what is missing."""
    from gnocchi import incoming, indexer, service  # type: ignore[import-not-found]  # noqa: PLC0415 - a host's

    conf = service.prepare_service(["--config-file", conf_file], log_to_std=True)
    missing = []
    try:
        _ = incoming.get_driver(conf).NUM_SACKS
    except incoming.SackDetectionError as error:
        if not without_sacks(error):
            raise
        missing.append("sacks")
    if not indexer.get_driver(conf).list_archive_policies():
        missing.append("archive policies")
    if missing:
        sys.stdout.write(f"there are no {' and no '.join(missing)}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
