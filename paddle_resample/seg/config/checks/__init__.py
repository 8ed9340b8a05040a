"""What is checked in a configuration before anything is built; it changes nothing."""
