"""Every text a user reads, in English and Spanish."""
