"""What models cost on a machine: time, memory, and how both grow."""
