"""What an operator may set, from the environment: `CONVISOR_<NAME>`, and plain `HOST` and `PORT`."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1_000_000


class Settings(BaseSettings):
    """The settings of one server; immutable, read once at start and handed down as plain arguments."""

    model_config = SettingsConfigDict(
        env_prefix="CONVISOR_", env_ignore_empty=True, frozen=True, extra="forbid", populate_by_name=True
    )

    host: str = Field(
        "127.0.0.1",
        validation_alias=AliasChoices("CONVISOR_HOST", "HOST"),
        description="Address to listen on; 0.0.0.0 for every interface.",
    )
    port: int = Field(
        8000,
        ge=0,
        le=65535,
        validation_alias=AliasChoices("CONVISOR_PORT", "PORT"),
        description="Port to listen on.",
    )
    public_url: str = Field(
        "",
        pattern=r"^(https?://[^/\s?#]+/?)?$",
        description="Address at which the room reaches the server, such as http://192.168.1.20:8000; "
        "found by itself outside containers.",
    )
    teacher_token: str = Field(
        "",
        pattern=r"^(.{8,200})?$",
        description="What opens the teacher's page; made anew and printed at every start unless given.",
    )
    workers: int = Field(
        1, ge=1, le=32, description="Processes that serve; they share uploads and the class on disk."
    )
    data_folder: Path = Field(ROOT / "var", description="Folder of the uploads; the only one written to.")
    upload_max_bytes: int = Field(
        20 * MEGABYTE, gt=0, description="Largest file taken as an upload, in bytes."
    )
    upload_max_pixels: int = Field(
        40 * MEGABYTE, gt=0, description="Most pixels of an upload, read from its header before decoding."
    )
    photo_lifetime_s: int = Field(
        24 * 3600, gt=0, description="Seconds after which an uploaded photo is deleted."
    )
    store_max_bytes: int = Field(
        2000 * MEGABYTE, gt=0, description="Disk space for all uploads, in bytes; full answers 503."
    )
    network_max_bytes: int = Field(
        32 * MEGABYTE, gt=0, description="Largest network taken as an upload, in bytes."
    )
    network_max_parameters: int = Field(
        8 * MEGABYTE, gt=0, description="Most numbers in an uploaded network."
    )
    network_lifetime_s: int = Field(
        24 * 3600, gt=0, description="Seconds after which an uploaded network is deleted."
    )
    networks_max_bytes: int = Field(
        1000 * MEGABYTE, gt=0, description="Disk space for all uploaded networks, in bytes; full answers 503."
    )
    learnings_max: int = Field(
        100, gt=0, description="Learnings kept at a time; more are answered with 503 and Retry-After."
    )
    cache_bytes: int = Field(
        256 * MEGABYTE,
        ge=0,
        description="Memory for computed maps and encoded pictures of all workers together, in bytes.",
    )
    worker_threads: int = Field(2, ge=1, le=64, description="Jobs computed at a time.")
    queue_length: int = Field(
        64, ge=1, description="Jobs that may wait for a thread; more are answered with 503 and Retry-After."
    )
    torch_threads: int = Field(
        1,
        ge=1,
        le=64,
        description="Threads of one torch or OpenCV operation; small jobs run best with 1.",
    )
    lessons_folder: Path | None = Field(
        None, description="Folder of a teacher's own lessons, shown behind the built-in ones."
    )
    default_language: Literal["en", "es"] = Field(
        "en", description="Language where neither the address nor Accept-Language asks for one we have."
    )
    stage_max_cells: int = Field(16_000_000, gt=0, description="Most cells in one stage.")
    trace_max_cells: int = Field(64_000_000, gt=0, description="Most cells in all stages of a trace.")
    trace_max_work: int = Field(
        2_000_000_000,
        gt=0,
        description="Most multiply-adds of all layers of a trace; the default takes seconds.",
    )
