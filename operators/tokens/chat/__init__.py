"""Lays chat templates over conversations: token ids, and which of them a model is trained on."""
