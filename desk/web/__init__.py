"""The desk in a browser: a page for each job, over the published files and the working state."""
