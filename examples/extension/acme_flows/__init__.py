"""What all flows of Acme share."""
