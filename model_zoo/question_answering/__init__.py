"""Question answering: which words of a passage answer a question, and how sure that is."""
