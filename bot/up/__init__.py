"""`flux up`: embedded servers and the Procfile's processes, started, watched, restarted and stopped together."""
