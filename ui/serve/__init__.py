"""One server for all visitors: models in memory, results that are kept, turns at heavy work."""
