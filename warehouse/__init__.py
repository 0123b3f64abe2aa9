"""What we know: core tables, the load, the models of each team, publishing."""
