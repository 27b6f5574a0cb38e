"""What goes on between words and answer: heads, gates, layers, steps, what each position sees."""
