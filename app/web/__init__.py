"""The outside: pages, REST routes, pictures, errors, languages."""
