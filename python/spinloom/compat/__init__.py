"""Other names for what Spinloom has, so that code written for another system runs unmodified."""
