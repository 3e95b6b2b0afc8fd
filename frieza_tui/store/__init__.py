"""What is kept on disk: threads, the journal of running replies, the ledger. Knows no API and no face."""
