"""Raises alerts from tagged batches and the last published baselines, never from the warehouse."""
