"""Who must act: reads the published files."""
