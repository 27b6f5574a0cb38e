"""The page Guess the word: what language models guess, expect and find surprising."""
