"""What people do at the desk, and the outbox from which it is sealed."""
