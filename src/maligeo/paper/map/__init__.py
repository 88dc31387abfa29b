"""A map on paper: its subject, projection, labels, furniture and legend."""
