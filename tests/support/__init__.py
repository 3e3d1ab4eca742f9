"""What every Python-driven test shares: the two products, an isolated environment, redaction, and a small look-ahead pool."""
