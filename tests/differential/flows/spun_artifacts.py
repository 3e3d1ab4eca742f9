ARTIFACTS = {"model": str.count, "items": ["x", "yy", "zyz"]}
