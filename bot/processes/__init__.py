"""What each line of the Procfile runs: web, worker, scheduler and the Telegram poller."""
