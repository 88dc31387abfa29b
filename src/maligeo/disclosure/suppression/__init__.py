"""Small counts hidden, together with those that would give them back."""
