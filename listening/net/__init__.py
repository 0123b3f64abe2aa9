"""What `listening.http` and `listening.stream` are made of: guard, pace, meter, wire, WARC."""
