"""Start the server: `python -m app`, with the address from HOST and PORT."""

import uvicorn

from app.settings import Settings

# A stack may have 16,000 characters, three bytes each once escaped; httptools has no limit of its own,
# h11 (where httptools is missing) stops at 64 KiB unless told.
REQUEST_HEAD_BYTES = 128 * 1024


def main() -> None:
    """Serve until SIGINT or SIGTERM, then let running requests end for a few seconds."""
    settings = Settings()
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        h11_max_incomplete_event_size=REQUEST_HEAD_BYTES,
        timeout_graceful_shutdown=5,
        server_header=False,
    )


if __name__ == "__main__":
    main()
