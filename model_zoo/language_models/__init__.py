"""Four language models beside each other: what they guess, expect and find surprising."""
