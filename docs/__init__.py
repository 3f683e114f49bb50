"""Documents, and the scripts that draw their pictures."""
