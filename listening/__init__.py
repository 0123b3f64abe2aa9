"""What was said: sources, HTTP, the landing zone, the query language, the brand file."""
