"""The window: dashboard, REST API, webhooks and the phone simulator."""
