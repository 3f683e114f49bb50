"""Tasks for learners who are ahead: each is checked by computing what was given; codes and numbers, no words."""

from app.explorer.challenges.catalogue import CHALLENGES, Challenge, challenge
from app.explorer.challenges.verdict import Finding, Verdict

__all__ = ["CHALLENGES", "Challenge", "Finding", "Verdict", "challenge"]
