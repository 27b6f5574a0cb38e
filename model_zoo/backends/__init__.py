"""Models on other engines than torch: exported once, checked against torch, run without it."""
