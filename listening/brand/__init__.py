"""What a brand file says: read, checked, explained, and edited without losing a comment."""
