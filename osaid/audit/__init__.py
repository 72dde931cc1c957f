"""Facts gathered from the world: a folder, the Hub, whether links still answer. Nothing here judges."""
