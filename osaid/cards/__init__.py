"""Cards: the facts about a model, read strictly."""
