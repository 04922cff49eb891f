"""The hall: settings, clock, composition, inbound handling, jobs and the `flux` command."""
