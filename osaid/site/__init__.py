"""A static site for a folder of cards: a table, a page a model, badges, an index for programs and a feed of changes."""
