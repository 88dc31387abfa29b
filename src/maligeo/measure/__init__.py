"""Floor 3: counts to rates, need against response, points to a surface, people per unit."""
