"""The course: lessons are files, one folder each; this package reads them and knows no page."""

from app.lessons.loader import Course, load_course
from app.lessons.model import Fault, Lesson

__all__ = ["Course", "Fault", "Lesson", "load_course"]
