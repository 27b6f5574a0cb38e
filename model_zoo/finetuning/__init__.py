"""Fine-tuning the language models: readers, which answer questions about a passage."""
