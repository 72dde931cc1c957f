"""What is to be said about an assessment: as sentences, as plain data, and beside another one."""
