"""What people decide and correct, sealed so that it survives whatever is built again."""
