"""What a team should know of a day or a week, as a message: from its published file alone.

`roles/<team>.sql` asks, `build` reads, `chart` draws, `page` writes HTML and plain text.
"""
