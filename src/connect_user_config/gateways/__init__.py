"""All that knows boto3: one region's clients, what they see in the core's terms, and what their errors mean."""
