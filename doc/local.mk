EXTRA_DIST += doc/decisions
