"""What every page is made of: its frame, the sentence, the visitor's view, the address."""
