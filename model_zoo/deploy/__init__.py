"""Which model to deploy on which engine: every way of it measured, one recommended, packed up."""
