"""Start the server: `python -m app`, with the address from HOST and PORT."""

import gc
import os
import resource
import shutil
from typing import Any

import uvicorn
from fastapi import FastAPI

from app.settings import Settings
from app.web.patience import PatientProtocol
from app.web.start import greeting
from app.web.teacher_access import new_token

DESCRIPTORS = 65_536
YOUNG_OBJECTS = 10_000  # a page makes some thousands and drops them all; Python looks after every 700
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
    _allow_connections()
    token = settings.teacher_token or new_token()
    os.environ["CONVISOR_TEACHER_TOKEN"] = token  # the workers read it there
    print(greeting(settings, token), flush=True)
    if settings.workers > 1:
        _share_counts(settings)
    uvicorn.run(
        "app.__main__:build",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        http=PatientProtocol,
        timeout_graceful_shutdown=5,
        server_header=False,
        access_log=False,
        log_config=LOGGING,
    )


def build() -> FastAPI:
    """The program for a process of its own, which it may settle in."""
    from app.main import create_app  # not before `main` has set what NumPy reads

    app = create_app()
    app.state.warmth.afterwards = _settle
    return app


def _settle() -> None:
    """Look no more for garbage in what stays for ever: a tenth of a page's time went into that."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


def _allow_connections() -> None:
    """Let connections take as many descriptors as the system allows; the usual 1,024 are soon used up."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if most == resource.RLIM_INFINITY else min(most, DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _share_counts(settings: Settings) -> None:
    """Give the workers an empty folder in which prometheus_client adds up what each of them counts."""
    folder = settings.data_folder / "counts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


if __name__ == "__main__":
    main()
