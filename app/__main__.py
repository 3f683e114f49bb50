"""Start the server: `python -m app`, with the address from HOST and PORT."""

import os
import shutil
from typing import Any

import uvicorn

from app.settings import Settings

# A stack may have 16,000 characters, three bytes each once escaped; httptools has no limit of its own,
# h11 (where httptools is missing) stops at 64 KiB unless told.
REQUEST_HEAD_BYTES = 128 * 1024
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
        "line": {"format": "%(message)s"},
    },
    "handlers": {
        "errors": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"},
        "requests": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stdout"},
    },
    "loggers": {
        "uvicorn": {"handlers": ["errors"], "level": "INFO", "propagate": False},
        "convisor.requests": {"handlers": ["requests"], "level": "INFO", "propagate": False},
    },
    "root": {"handlers": ["errors"], "level": "WARNING"},
}


def main() -> None:
    """Serve until SIGINT or SIGTERM, then let running requests end for a few seconds."""
    # read by NumPy when it is first imported, so before the program is: jobs side by side keep the cores busy
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    settings = Settings()
    if settings.workers > 1:
        _share_counts(settings)
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        h11_max_incomplete_event_size=REQUEST_HEAD_BYTES,
        timeout_graceful_shutdown=5,
        server_header=False,
        access_log=False,
        log_config=LOGGING,
    )


def _share_counts(settings: Settings) -> None:
    """Give the workers an empty folder in which prometheus_client adds up what each of them counts."""
    folder = settings.data_folder / "counts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


if __name__ == "__main__":
    main()
