"""How the warehouse grows: synthetic years of mentions, and what it costs to add to them."""
