"""What the answers of each source look like: their fields, and the mention each item becomes.

A module here is named as its source and opens no connection, so that a shape is read, tested and
mended apart from the walk that fetches it. What is a thing of its own (ids, markup) lies beside it
as `_<name>_*.py`. A source whose walk and shape fit one file of 120 lines needs none.
"""
