"""What no model is told: names, numbers, mails and addresses become placeholders; what people wrote is fenced."""
