"""Many runs compared: plan, run (here or on a cluster), statistics, report."""
