"""Training language models: texts without labels, masked or left out word by word."""
