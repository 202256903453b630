"""One file per indicator (检查指标), found by folder."""
