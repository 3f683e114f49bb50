"""The use cases that pages and API share, over store, engine and rendering; none of them knows the web."""

from app.explorer.explorer import Explorer, NoCache, OpenCell
from app.explorer.photos import LoosePhoto, SourcePhoto
from app.explorer.scene import COLORS, SCOPES, Scene, Shade, looks_like_photo, scale_of, stack_range

__all__ = [
    "COLORS",
    "SCOPES",
    "Explorer",
    "LoosePhoto",
    "NoCache",
    "OpenCell",
    "Scene",
    "Shade",
    "SourcePhoto",
    "looks_like_photo",
    "scale_of",
    "stack_range",
]
